/* SPDX-License-Identifier: Apache-2.0 */
#include "../check.h"

#include "kit/hex.h"
#include "nodes.h"

static struct nodes nodes;

static int fill(void **state)
{
    (void)state;
    nodes_fill(&nodes, NODES_ENTRIES);
    return 0;
}

/* MTH of RFC 9162 2.1.1, word for word. */
static void naive(uint64_t begin, uint64_t end, uint8_t *hash)
{
    uint8_t left[TREE_HASH_BYTES], right[TREE_HASH_BYTES];
    uint64_t k = 1;
    if (end - begin == 1) {
        nodes_leaf(begin, hash);
        return;
    }
    while (2 * k < end - begin)
        k *= 2;
    naive(begin, begin + k, left);
    naive(begin + k, end, right);
    tree_node(left, right, hash);
}

static void every_root_is_that_of_the_definition(void **state)
{
    uint8_t root[TREE_HASH_BYTES];
    (void)state;
    for (uint64_t size = 1; size <= NODES_ENTRIES; size++) {
        naive(0, size, root);
        assert_memory_equal(nodes.roots[size], root, sizeof root);
    }
}

/* The eight leaves that implementations of RFC 6962 have compared themselves with since 2013. */
static void the_roots_of_known_leaves_are_known(void **state)
{
    static const struct {
        const char *leaf, *root;
    } known[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct tree tree = {0};
    uint8_t root[TREE_HASH_BYTES], expected[TREE_HASH_BYTES], leaf[16], hash[TREE_HASH_BYTES];
    (void)state;
    tree_root(&tree, root);
    assert_true(hex_read("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", expected, 32));
    assert_memory_equal(root, expected, 32);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const size_t length = strlen(known[i].leaf) / 2;
        assert_true(hex_read(known[i].leaf, leaf, length) && hex_read(known[i].root, expected, 32));
        tree_leaf(bytes_of(leaf, length), hash);
        tree_append(&tree, hash, NULL);
        tree_root(&tree, root);
        assert_memory_equal(root, expected, 32);
    }
}

static void every_entry_is_proved_in_every_tree_that_holds_it(void **state)
{
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct tree_proof proof;
    uint8_t leaf[TREE_HASH_BYTES];
    (void)state;
    for (uint64_t size = 1; size <= NODES_ENTRIES; size++)
        for (uint64_t index = 0; index < size; index++) {
            nodes_leaf(index, leaf);
            assert_true(tree_prove_inclusion(&keeper, index, size, &proof));
            assert_true(tree_includes(&proof, index, size, leaf, nodes.roots[size]));
            assert_false(tree_includes(&proof, index ^ 1, size, leaf, nodes.roots[size]) && size > 1);
            assert_false(tree_includes(&proof, index, size, leaf, nodes.roots[size - 1]));
        }
}

static void every_tree_is_proved_to_continue_every_smaller_one(void **state)
{
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct tree_proof proof;
    (void)state;
    for (uint64_t size = 1; size <= NODES_ENTRIES; size++)
        for (uint64_t old = 1; old <= size; old++) {
            assert_true(tree_prove_consistency(&keeper, old, size, &proof));
            assert_true(tree_continues(&proof, old, nodes.roots[old], size, nodes.roots[size]));
            assert_false(tree_continues(&proof, old, nodes.roots[old - 1], size, nodes.roots[size]));
            assert_false(tree_continues(&proof, old, nodes.roots[old], size, nodes.roots[size - 1]));
        }
}

/* Of some trees: a longer proof, a shorter one, and every bit of it turned. */
static void a_proof_that_was_changed_holds_no_more(void **state)
{
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct tree_proof good, bad;
    uint8_t leaf[TREE_HASH_BYTES];
    (void)state;
    nodes_leaf(100, leaf);
    assert_true(tree_prove_inclusion(&keeper, 100, 317, &good));
    for (unsigned bit = 0; bit < 8 * TREE_HASH_BYTES * good.count; bit++) {
        bad = good;
        ((uint8_t *)bad.hashes)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(tree_includes(&bad, 100, 317, leaf, nodes.roots[317]));
    }
    for (bad = good, bad.count--; bad.count <= good.count + 1; bad.count += 2)
        assert_false(tree_includes(&bad, 100, 317, leaf, nodes.roots[317]));
    assert_true(tree_prove_consistency(&keeper, 100, 317, &good));
    for (unsigned bit = 0; bit < 8 * TREE_HASH_BYTES * good.count; bit++) {
        bad = good;
        ((uint8_t *)bad.hashes)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(tree_continues(&bad, 100, nodes.roots[100], 317, nodes.roots[317]));
    }
    for (bad = good, bad.count--; bad.count <= good.count + 1; bad.count += 2)
        assert_false(tree_continues(&bad, 100, nodes.roots[100], 317, nodes.roots[317]));
}

static void nothing_continues_a_larger_tree_and_all_continues_the_empty_one(void **state)
{
    const struct tree_proof none = {0}, one = {.count = 1};
    (void)state;
    assert_false(tree_continues(&none, 8, nodes.roots[8], 7, nodes.roots[7]));
    assert_true(tree_continues(&none, 0, nodes.roots[0], 7, nodes.roots[7]));
    assert_true(tree_continues(&none, 0, nodes.roots[0], 0, nodes.roots[0]));
    assert_false(tree_continues(&none, 0, nodes.roots[0], 0, nodes.roots[1]));
    assert_false(tree_continues(&one, 0, nodes.roots[0], 7, nodes.roots[7]));
    assert_false(tree_continues(&none, 7, nodes.roots[8], 7, nodes.roots[7]));
}

static void a_tree_is_found_again_from_its_nodes(void **state)
{
    const struct tree_keeper keeper = nodes_keeper(&nodes);
    struct tree tree;
    uint8_t root[TREE_HASH_BYTES];
    (void)state;
    for (uint64_t size = 0; size <= NODES_ENTRIES; size++) {
        assert_true(tree_load(&tree, size, &keeper));
        tree_root(&tree, root);
        assert_memory_equal(root, nodes.roots[size], sizeof root);
    }
    assert_false(tree_load(&tree, NODES_ENTRIES + 1, &keeper));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_root_is_that_of_the_definition),
        cmocka_unit_test(the_roots_of_known_leaves_are_known),
        cmocka_unit_test(every_entry_is_proved_in_every_tree_that_holds_it),
        cmocka_unit_test(every_tree_is_proved_to_continue_every_smaller_one),
        cmocka_unit_test(a_proof_that_was_changed_holds_no_more),
        cmocka_unit_test(nothing_continues_a_larger_tree_and_all_continues_the_empty_one),
        cmocka_unit_test(a_tree_is_found_again_from_its_nodes),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}

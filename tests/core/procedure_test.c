/* SPDX-License-Identifier: Apache-2.0 */
/* Procedures: waiting, repeating, cancelling, committing (core/procedure.h). */
#include "../check.h"

#include "core/core.h"
#include "core/procedure.h"
#include "kit/co.h"

struct owner {
    struct core core;
    struct timers timers;
    struct procedure *slot, *other_slot;
    enum procedure_event woken[4];
    unsigned count, sent;
    const void *data;
    const char *why;
    bool ended;
};

static int open_owner(void **state)
{
    static struct owner owner;
    owner = (struct owner){0};
    timers_init(&owner.timers, 0);
    owner.core.timers = &owner.timers;
    owner.core.stacks = co_pool_new(64 * 1024, 2);
    *state = &owner;
    return owner.core.stacks ? 0 : -1;
}

static int close_owner(void **state)
{
    struct owner *owner = *state;
    co_pool_free(owner->core.stacks);
    timers_free(&owner->timers);
    return 0;
}

static void note(struct owner *owner, struct procedure *p, enum procedure_event event)
{
    owner->woken[owner->count++] = event;
    owner->data = p->data;
    owner->why = p->why;
}

static void waits_twice(struct procedure *p)
{
    struct owner *owner = p->owner;
    note(owner, p, procedure_wait(p, EVENT(EV_IDENTITY_RESPONSE), SECONDS(1)));
    note(owner, p, procedure_wait(p, EVENT(EV_AUTHENTICATION_RESPONSE), SECONDS(1)));
    owner->ended = true;
}

static void it_wakes_only_for_what_it_waits_for(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "test", waits_twice, owner, NULL));
    assert_non_null(owner->slot);
    assert_false(procedure_offer(owner->slot, EV_AUTHENTICATION_RESPONSE, NULL));
    assert_true(procedure_offer(owner->slot, EV_IDENTITY_RESPONSE, owner));
    assert_int_equal(owner->woken[0], EV_IDENTITY_RESPONSE);
    assert_ptr_equal(owner->data, owner);
    assert_true(procedure_offer(owner->slot, EV_AUTHENTICATION_RESPONSE, NULL));
    assert_true(owner->ended);
    assert_null(owner->slot);
    assert_int_equal(owner->timers.count, 0);
}

static void it_wakes_when_the_time_is_over(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "test", waits_twice, owner, NULL));
    timers_run(&owner->timers, SECONDS(1));
    assert_int_equal(owner->woken[0], EV_TIMEOUT);
    timers_run(&owner->timers, SECONDS(2));
    assert_true(owner->ended);
}

static void a_newer_one_cancels_it_and_it_unwinds_at_once(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "old", waits_twice, owner, NULL));
    assert_true(procedure_start(&owner->core, &owner->slot, "new", waits_twice, owner, NULL));
    assert_int_equal(owner->woken[0], EV_CANCELLED);
    assert_int_equal(owner->woken[1], EV_CANCELLED);
    assert_string_equal(owner->why, "new");
    assert_string_equal(owner->slot->name, "new");
    procedure_cancel(owner->slot, "the end");
    assert_null(owner->slot);
}

static void put_question(struct procedure *p, void *context)
{
    (void)context;
    ((struct owner *)p->owner)->sent++;
}

static void asks(struct procedure *p)
{
    note(p->owner, p, procedure_ask(p, put_question, NULL, EVENT(EV_IDENTITY_RESPONSE), SECONDS(6)));
}

static void a_question_is_put_five_times(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "test", asks, owner, NULL));
    for (int i = 1; i <= 4; i++)
        timers_run(&owner->timers, SECONDS(6 * i));
    assert_int_equal(owner->sent, 5);
    assert_non_null(owner->slot);
    timers_run(&owner->timers, SECONDS(30));
    assert_int_equal(owner->woken[0], EV_TIMEOUT);
    assert_null(owner->slot);
}

static void commits(struct procedure *p)
{
    struct owner *owner = p->owner;
    owner->woken[owner->count++] = procedure_commit(p) ? EV_COMMITTED : EV_COMMIT_FAILED;
}

static void a_commit_tells_whether_it_is_durable(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "one", commits, owner, NULL));
    assert_true(procedure_start(&owner->core, &owner->other_slot, "two", commits, owner, NULL));
    assert_int_equal(owner->count, 0);
    assert_true(procedure_committed(&owner->core, true));
    assert_int_equal(owner->count, 2);
    assert_int_equal(owner->woken[0], EV_COMMITTED);
    assert_false(procedure_committed(&owner->core, true));
    assert_true(procedure_start(&owner->core, &owner->slot, "three", commits, owner, NULL));
    procedure_committed(&owner->core, false);
    assert_int_equal(owner->woken[2], EV_COMMIT_FAILED);
}

static void one_that_is_cancelled_leaves_the_commit(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "one", commits, owner, NULL));
    procedure_cancel(owner->slot, "test");
    assert_int_equal(owner->woken[0], EV_COMMIT_FAILED);
    assert_false(procedure_committed(&owner->core, true));
}

static void without_a_free_stack_nothing_starts(void **state)
{
    struct owner *owner = *state;
    struct procedure *third = NULL;
    assert_true(procedure_start(&owner->core, &owner->slot, "one", asks, owner, NULL));
    assert_true(procedure_start(&owner->core, &owner->other_slot, "two", asks, owner, NULL));
    assert_false(procedure_start(&owner->core, &third, "three", asks, owner, NULL));
    assert_null(third);
    procedure_cancel(owner->slot, "test");
    procedure_cancel(owner->other_slot, "test");
}

static void moves(struct procedure *p)
{
    struct owner *owner = p->owner;
    procedure_move(p, &owner->other_slot, owner);
    note(owner, p, procedure_wait(p, EVENT(EV_IDENTITY_RESPONSE), 0));
}

static void it_can_move_to_another_owner(void **state)
{
    struct owner *owner = *state;
    assert_true(procedure_start(&owner->core, &owner->slot, "test", moves, owner, NULL));
    assert_null(owner->slot);
    assert_true(procedure_offer(owner->other_slot, EV_IDENTITY_RESPONSE, NULL));
    assert_null(owner->other_slot);
}

static void waits_for_another(struct procedure *p)
{
    struct owner *owner = p->owner;
    assert_int_equal(owner->core.heard[0], 1);
    procedure_wait(p, EVENT(EV_IDENTITY_RESPONSE), 0);
    assert_int_equal(owner->core.heard[0], 1);
    procedure_start(&owner->core, &owner->other_slot, "inner", waits_twice, owner, NULL);
    assert_int_equal(owner->core.heard[0], 1);
    owner->ended = true;
}

/* Also when a later message, or none, wakes it; and who wakes it goes on with his own. */
static void it_is_about_the_message_that_began_it(void **state)
{
    struct owner *owner = *state;
    uint8_t first[WICKET_DIGEST_BYTES] = {1}, second[WICKET_DIGEST_BYTES] = {2};
    owner->core.heard = first;
    assert_true(procedure_start(&owner->core, &owner->slot, "test", waits_for_another, owner, NULL));
    assert_ptr_equal(owner->core.heard, first);
    first[0] = 9;
    owner->core.heard = second;
    assert_true(procedure_offer(owner->slot, EV_IDENTITY_RESPONSE, NULL));
    assert_true(owner->ended);
    assert_ptr_equal(owner->core.heard, second);
    owner->core.heard = NULL;
    assert_int_equal(owner->other_slot->heard[0], 1);
    procedure_cancel(owner->other_slot, "the end");
    assert_null(owner->core.heard);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_owner, close_owner)
    const struct CMUnitTest tests[] = {
        TEST(it_wakes_only_for_what_it_waits_for),           TEST(it_wakes_when_the_time_is_over),
        TEST(a_newer_one_cancels_it_and_it_unwinds_at_once), TEST(a_question_is_put_five_times),
        TEST(a_commit_tells_whether_it_is_durable),          TEST(one_that_is_cancelled_leaves_the_commit),
        TEST(without_a_free_stack_nothing_starts),           TEST(it_can_move_to_another_owner),
        TEST(it_is_about_the_message_that_began_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

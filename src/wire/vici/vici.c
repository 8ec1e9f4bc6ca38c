/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/vici/vici.h"

enum element { SECTION_START = 1, SECTION_END, KEY_VALUE, LIST_START, LIST_ITEM, LIST_END };

/* Sections within each other: the IKE_SA, its children, one of them. */
enum depth { OUTSIDE, IN_SA, IN_CHILDREN, IN_CHILD, DEEPEST = 16 };

static bool is_named(enum vici_kind kind)
{
    return kind == VICI_REQUEST || kind == VICI_REGISTER || kind == VICI_UNREGISTER || kind == VICI_EVENT;
}

void vici_write(struct writer *w, enum vici_kind kind, const char *name)
{
    size_t packet = write_length_open(w, VICI_LENGTH_BYTES);
    write_u8(w, (uint8_t)kind);
    if (is_named(kind)) {
        size_t text = write_length_open(w, 1);
        write_bytes(w, bytes_of(name, strlen(name)));
        write_length_close(w, text, 1);
    }
    write_length_close(w, packet, VICI_LENGTH_BYTES);
}

bool vici_decode(struct bytes in, struct vici_packet *packet, struct fault *fault)
{
    struct reader r = reader_of(in);
    const uint8_t kind = read_u8(&r);
    *packet = (struct vici_packet){.kind = (enum vici_kind)kind};
    if (kind > VICI_EVENT)
        reader_fail(&r, "packet", "of no known kind");
    if (is_named(packet->kind))
        packet->name = read_bytes(&r, read_u8(&r));
    packet->message = read_rest(&r);
    if (!reader_ok(&r) && fault)
        *fault = r.fault;
    return reader_ok(&r);
}

/* Where in the message the reader is, and what of the IKE_SA is known. */
struct walk {
    struct reader r;
    struct arena *arena;
    struct vici_sa *sa;
    struct vici_child *child;        /* the present one */
    struct vici_selector **selector; /* where the present list grows; NULL: nobody wants it */
    unsigned depth;
    bool wanted[DEEPEST]; /* the section at that depth is one that we read */
    bool in_list;
};

static struct bytes name_of(struct walk *walk)
{
    return read_bytes(&walk->r, read_u8(&walk->r));
}

static struct bytes value_of(struct walk *walk)
{
    return read_bytes(&walk->r, read_u16(&walk->r));
}

static bool reads(const struct walk *walk, enum depth depth)
{
    return walk->depth == depth && walk->wanted[depth];
}

static void new_child(struct walk *walk)
{
    walk->child = ARENA_NEW(walk->arena, struct vici_child);
    if (!walk->child) {
        reader_fail(&walk->r, "child-sas", "too many of them");
        return;
    }
    walk->child->next = walk->sa->children;
    walk->sa->children = walk->child;
}

static void section_start(struct walk *walk, struct bytes name)
{
    const bool inside = walk->depth == OUTSIDE || walk->wanted[walk->depth];
    if (walk->depth == OUTSIDE && walk->wanted[IN_SA]) {
        reader_fail(&walk->r, "list-sa", "tells of two IKE_SAs");
        return;
    }
    if (++walk->depth >= DEEPEST) {
        reader_fail(&walk->r, "section", "is too deep");
        return;
    }
    walk->wanted[walk->depth] =
        inside && walk->depth <= IN_CHILD && (walk->depth != IN_CHILDREN || bytes_are(name, "child-sas"));
    if (reads(walk, IN_CHILD))
        new_child(walk);
}

static void section_end(struct walk *walk)
{
    if (walk->depth == OUTSIDE)
        reader_fail(&walk->r, "section", "ends that did not begin");
    else
        walk->depth--;
}

static void key_value(struct walk *walk, struct bytes name, struct bytes value)
{
    if (reads(walk, IN_SA) && bytes_are(name, "state"))
        walk->sa->state = value;
    else if (reads(walk, IN_SA) && bytes_are(name, "remote-id"))
        walk->sa->remote_id = value;
    else if (reads(walk, IN_CHILD) && bytes_are(name, "state"))
        walk->child->state = value;
}

static void list_start(struct walk *walk, struct bytes name)
{
    walk->in_list = true;
    walk->selector = NULL;
    if (reads(walk, IN_CHILD) && bytes_are(name, "local-ts"))
        walk->selector = &walk->child->local;
    else if (reads(walk, IN_CHILD) && bytes_are(name, "remote-ts"))
        walk->selector = &walk->child->remote;
}

static void list_item(struct walk *walk, struct bytes value)
{
    struct vici_selector *selector = walk->selector ? ARENA_NEW(walk->arena, struct vici_selector) : NULL;
    if (!walk->selector)
        return;
    if (!selector) {
        reader_fail(&walk->r, "list", "too long");
        return;
    }
    *selector = (struct vici_selector){.next = *walk->selector, .text = value};
    *walk->selector = selector;
}

/* Within a list there are items only, and items nowhere else. */
static bool in_place(const struct walk *walk, uint8_t element)
{
    return walk->in_list == (element == LIST_ITEM || element == LIST_END);
}

static void step(struct walk *walk)
{
    const uint8_t element = read_u8(&walk->r);
    struct bytes name = {0};
    if (!in_place(walk, element)) {
        reader_fail(&walk->r, "element", "is out of place");
        return;
    }
    if (element == SECTION_START || element == KEY_VALUE || element == LIST_START)
        name = name_of(walk);
    switch (element) {
    case SECTION_START:
        section_start(walk, name);
        break;
    case SECTION_END:
        section_end(walk);
        break;
    case KEY_VALUE:
        key_value(walk, name, value_of(walk));
        break;
    case LIST_START:
        list_start(walk, name);
        break;
    case LIST_ITEM:
        list_item(walk, value_of(walk));
        break;
    case LIST_END:
        walk->in_list = false;
        break;
    default:
        reader_fail(&walk->r, "element", "of no known type");
    }
}

bool vici_decode_sa(struct bytes message, struct arena *arena, struct vici_sa *sa, struct fault *fault)
{
    struct walk walk = {.r = reader_of(message), .arena = arena, .sa = sa};
    *sa = (struct vici_sa){0};
    while (reader_left(&walk.r))
        step(&walk);
    if (reader_ok(&walk.r) && (walk.depth != OUTSIDE || walk.in_list || !walk.wanted[IN_SA]))
        reader_fail(&walk.r, "list-sa", "is not one whole IKE_SA");
    if (!reader_ok(&walk.r) && fault)
        *fault = walk.r.fault;
    return reader_ok(&walk.r);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/turns.h"

#include <stdlib.h>

struct turns_letter {
    struct turns_letter *next;
    uint64_t tag;
    size_t length;
    uint8_t octets[];
};

struct turns_sender {
    struct turns_sender *next;
    uint64_t id;
    struct turns_letter *first, **last;
    size_t octets;
};

void turns_init(struct turns *turns, uint64_t seed)
{
    *turns = (struct turns){.last = &turns->next};
    map_init(&turns->senders, seed);
}

static void line_up(struct turns *turns, struct turns_sender *sender)
{
    sender->next = NULL;
    *turns->last = sender;
    turns->last = &sender->next;
}

static struct turns_sender *call_up(struct turns *turns)
{
    struct turns_sender *sender = turns->next;
    turns->next = sender->next;
    if (!turns->next)
        turns->last = &turns->next;
    return sender;
}

static struct turns_sender *sender_of(struct turns *turns, uint64_t id)
{
    struct turns_sender *sender = map_get(&turns->senders, id);
    if (sender)
        return sender;
    sender = malloc(sizeof *sender);
    if (!sender || !map_put(&turns->senders, id, sender)) {
        free(sender);
        return NULL;
    }
    *sender = (struct turns_sender){.id = id, .last = &sender->first};
    line_up(turns, sender);
    return sender;
}

/* Those who wait for nothing any more are not remembered. */
static void forget(struct turns *turns, struct turns_sender *sender)
{
    map_take(&turns->senders, sender->id);
    free(sender);
}

static size_t cost_of(size_t length)
{
    return sizeof(struct turns_letter) + length;
}

static struct turns_letter *letter_of(const struct turn *turn)
{
    struct turns_letter *letter = malloc(cost_of(turn->message.len));
    if (!letter)
        return NULL;
    *letter = (struct turns_letter){.tag = turn->tag, .length = turn->message.len};
    if (letter->length)
        memcpy(letter->octets, turn->message.data, letter->length);
    return letter;
}

bool turns_put(struct turns *turns, const struct turn *turn, size_t most)
{
    const size_t cost = cost_of(turn->message.len);
    const struct turns_sender *waiting = map_get(&turns->senders, turn->sender);
    if ((waiting ? waiting->octets : 0) + cost > most)
        return false;
    struct turns_letter *letter = letter_of(turn);
    struct turns_sender *sender = letter ? sender_of(turns, turn->sender) : NULL;
    if (!sender) {
        free(letter);
        return false;
    }
    *sender->last = letter;
    sender->last = &letter->next;
    sender->octets += cost;
    turns->octets += cost;
    return true;
}

bool turns_next(struct turns *turns, struct turn *turn)
{
    free(turns->served);
    turns->served = NULL;
    if (!turns->next)
        return false;
    struct turns_sender *sender = call_up(turns);
    struct turns_letter *letter = turns->served = sender->first;
    *turn = (struct turn){sender->id, letter->tag, bytes_of(letter->octets, letter->length)};
    sender->first = letter->next;
    sender->octets -= cost_of(letter->length);
    turns->octets -= cost_of(letter->length);
    if (sender->first)
        line_up(turns, sender);
    else
        forget(turns, sender);
    return true;
}

void turns_free(struct turns *turns)
{
    struct turn turn;
    while (turns_next(turns, &turn))
        continue;
    map_free(&turns->senders);
}

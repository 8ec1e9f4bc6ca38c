/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/sender.h"

#include <inttypes.h>
#include <stdio.h>

static bool say(struct sender *sender, enum post_kind kind, uint64_t number)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    return post_write(&w, &(struct post_message){.kind = kind, .number = number}) &&
           sender->send(sender->context, writer_bytes(&w));
}

static void pump(struct sender *sender)
{
    struct bytes message;
    for (size_t at = sender->sent; sender->open && letters_next(&sender->waiting, &at, &message);) {
        if (!sender->send(sender->context, message))
            return;
        sender->sent = at;
    }
}

static bool put(struct sender *sender, const struct evidence_entry *entry)
{
    uint8_t space[POST_BYTES];
    struct writer w = writer_of(space, sizeof space);
    if (!post_write(
            &w, &(struct post_message){.kind = POST_ENTRY, .number = sender->last + 1, .entry = *entry}) ||
        !letters_put(&sender->waiting, writer_bytes(&w), sender->most))
        return false;
    sender->last++;
    if (!sender->since)
        sender->since = entry->time;
    return true;
}

/* The lost ones have numbers, too: who reads the log sees the gap, and then what it was. */
static void tell_loss(struct sender *sender, int64_t time)
{
    struct evidence_entry entry = {.time = time, .kind = EVIDENCE_LOSS, .procedure = "evidence"};
    snprintf(entry.reason, sizeof entry.reason, "entries lost, as the recorder did not keep up: %" PRIu64,
             sender->untold);
    if (put(sender, &entry))
        sender->untold = 0;
}

void sender_take(struct sender *sender, const struct evidence_entry *entry)
{
    if (sender->untold)
        tell_loss(sender, entry->time);
    if (!put(sender, entry)) {
        sender->last++;
        sender->lost++;
        sender->untold++;
    }
    pump(sender);
}

void sender_open(struct sender *sender)
{
    sender_shut(sender);
    say(sender, POST_HELLO, sender->run);
}

void sender_shut(struct sender *sender)
{
    sender->open = false;
    sender->sent = 0;
    sender->state_at = 0;
}

/* Those up to the number are durable. */
static void drop(struct sender *sender, uint64_t number, int64_t now)
{
    struct post_message message;
    struct fault fault;
    struct bytes octets;
    size_t at = 0, upto = 0;
    while (letters_next(&sender->waiting, &at, &octets) && post_read(octets, &message, &fault) &&
           message.number <= number)
        upto = at;
    letters_drop(&sender->waiting, upto);
    sender->sent -= upto < sender->sent ? upto : sender->sent;
    sender->taken = number;
    sender->since = sender->waiting.length ? now : 0;
}

bool sender_heard(struct sender *sender, struct bytes bytes, int64_t now)
{
    struct post_message message;
    struct fault fault;
    if (!post_read(bytes, &message, &fault))
        return false;
    if (message.kind == POST_STATE) {
        sender->state = message.state;
        sender->state_at = now;
        return true;
    }
    if ((message.kind != POST_TAKEN && message.kind != POST_AGAIN) || message.number > sender->last)
        return false;
    drop(sender, message.number, now);
    if (!sender->open || message.kind == POST_AGAIN)
        sender->sent = 0;
    sender->open = true;
    pump(sender);
    return true;
}

void sender_beat(struct sender *sender)
{
    if (sender->open)
        say(sender, POST_BEAT, sender->last);
    pump(sender);
}

void sender_free(struct sender *sender)
{
    letters_free(&sender->waiting);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "recorder/files.h"

static bool complain(char why[LOG_WHY_BYTES], const char *what, const char *reason)
{
    snprintf(why, LOG_WHY_BYTES, "%s: %s", what, reason);
    return false;
}

static bool read_key(struct evidence_reader *reader)
{
    char text[NOTE_KEY_TEXT_BYTES + 2];
    const ssize_t length = file_read(reader->folder, "log.pub", text, sizeof text - 1);
    text[length < 0 ? 0 : length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return length > 0 && note_key_parse(text, &reader->key);
}

bool evidence_reader_open(struct evidence_reader *reader, const char *folder, char why[LOG_WHY_BYTES])
{
    *reader = (struct evidence_reader){.segments.folder = -1, .hashes.folder = -1};
    reader->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (reader->folder < 0 || !segments_open(&reader->segments, reader->folder, false) ||
        !hashes_open(&reader->hashes, reader->folder, false))
        complain(why, folder, strerror(errno));
    else if (read_key(reader))
        return true;
    else
        complain(why, folder, "log.pub is no key of a log");
    evidence_reader_close(reader);
    return false;
}

void evidence_reader_close(struct evidence_reader *reader)
{
    hashes_close(&reader->hashes);
    segments_close(&reader->segments);
    if (reader->folder >= 0)
        close(reader->folder);
}

uint64_t evidence_reader_first(const struct evidence_reader *reader)
{
    return reader->segments.count ? reader->segments.firsts[0] : 0;
}

bool evidence_reader_each(const struct evidence_reader *reader, uint64_t from, uint64_t to,
                          bool (*see)(void *context, uint64_t index, struct bytes line), void *context,
                          char why[LOG_WHY_BYTES])
{
    size_t place = 0;
    bool more = true;
    segments_find(&reader->segments, from, &place);
    if (place == (size_t)-1)
        place = 0;
    for (; more && place < reader->segments.count && reader->segments.firsts[place] < to; place++) {
        struct bytes content, line;
        size_t at = 0;
        if (!segment_map(&reader->segments, place, &content))
            return complain(why, "entries", strerror(errno));
        for (uint64_t index = reader->segments.firsts[place];
             more && index < to && segment_line(content, &at, &line); index++)
            more = index < from || see(context, index, line);
        segment_unmap(content);
    }
    return true;
}

/* --- Checkpoints --- */

static ssize_t read_note(const struct evidence_reader *reader, const char *name, uint8_t space[NOTE_BYTES],
                         struct checkpoint *checkpoint, char why[LOG_WHY_BYTES])
{
    struct note note;
    struct fault fault;
    const ssize_t length = file_read(reader->folder, name, space, NOTE_BYTES);
    if (length < 0)
        complain(why, name, strerror(errno));
    else if (checkpoint_open(bytes_of(space, (size_t)length), &reader->key, &note, checkpoint, &fault))
        return length;
    else
        snprintf(why, LOG_WHY_BYTES, "%s: %s %s", name, fault.where, fault.what);
    return -1;
}

ssize_t evidence_reader_note(const struct evidence_reader *reader, uint64_t index, uint8_t space[NOTE_BYTES],
                             struct checkpoint *checkpoint, char why[LOG_WHY_BYTES])
{
    const ssize_t length = read_note(reader, "cosigned", space, checkpoint, why);
    if (length > 0 && index < checkpoint->size)
        return length;
    return read_note(reader, "checkpoint", space, checkpoint, why);
}

/* --- One entry --- */

static bool keep_line(void *context, uint64_t index, struct bytes line)
{
    struct proof *proof = context;
    (void)index;
    proof->entry_length = line.len < sizeof proof->entry ? line.len : 0;
    memcpy(proof->entry, line.data, proof->entry_length);
    return false;
}

bool evidence_reader_prove(struct evidence_reader *reader, uint64_t index, struct writer *w,
                           char why[LOG_WHY_BYTES])
{
    const struct tree_keeper keeper = hashes_keeper(&reader->hashes);
    const struct proof_trust trust = {.log = &reader->key};
    uint8_t space[NOTE_BYTES];
    struct proof proof = {.index = index};
    struct checkpoint checkpoint;
    struct fault fault;
    unsigned cosigned;
    const ssize_t length = evidence_reader_note(reader, index, space, &checkpoint, why);
    if (length < 0)
        return false;
    if (index >= checkpoint.size)
        return complain(why, "entry", "no checkpoint covers it yet");
    if (!evidence_reader_each(reader, index, index + 1, keep_line, &proof, why))
        return false;
    if (!proof.entry_length)
        return complain(why, "entry",
                        index < evidence_reader_first(reader) ? "it was pruned" : "it is missing");
    if (!tree_prove_inclusion(&keeper, index, checkpoint.size, &proof.path))
        return complain(why, "hashes", "nodes of the tree are missing");
    proof.checkpoint = bytes_of(space, (size_t)length);
    if (!proof_check(&proof, &trust, &checkpoint, &cosigned, &fault))
        return complain(why, fault.where, fault.what);
    return proof_write(w, &proof) || complain(why, "proof", "it has no room");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "config/file.h"
#include "crypt/primitive.h"

/* Profiles, lists of rows, and an inventory; they fit a signed note, which bounds them too. */
enum { PARTS_MOST = 128, TEXT_MOST = 1 << 20 };
static const size_t ROWS_MOST = (size_t)1 << 30;

struct part {
    struct config_part shown;
    char *text; /* owned; NULL: a profile of the program's own, or not read */
    char *name, *path;
};

struct config_bundle {
    char *folder; /* with its slash, or "" */
    bool kept;
    struct part parts[PARTS_MOST];
    unsigned count;
};

static bool wrong(const char *path, unsigned line, const char *found, const char *expected,
                  struct config_error *error)
{
    snprintf(error->text, sizeof error->text, "%s:%u: file: found %s, expected %s", path, line, found,
             expected);
    return false;
}

static bool no_memory(const char *path, struct config_error *error)
{
    return wrong(path, 1, "no memory for it", "a smaller one", error);
}

const char *config_digest_text(const uint8_t digest[CONFIG_DIGEST_BYTES], char text[CONFIG_DIGEST_TEXT])
{
    for (unsigned i = 0; i < CONFIG_DIGEST_BYTES; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
    return text;
}

/* --- octets --- */

/* A file that grows meanwhile is cut at `size`, one that shrinks is short: the digest is of what was read, whatever that is. */
static char *read_open(int fd, size_t size, size_t *length)
{
    char *text = malloc(size + 1);
    size_t have = 0;
    ssize_t n = 1;
    while (text && have < size && n != 0) {
        n = read(fd, text + have, size - have);
        if (n < 0 && errno != EINTR) {
            free(text);
            return NULL;
        }
        have += n > 0 ? (size_t)n : 0;
    }
    if (text)
        text[have] = '\0';
    *length = have;
    return text;
}

/* Of a pipe, a device or a folder nothing is awaited. */
static char *read_file(const char *path, size_t most, size_t *length, struct config_error *error)
{
    struct stat about;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = NULL;
    if (fd < 0 || fstat(fd, &about) < 0)
        wrong(path, 1, strerror(errno), "a readable file", error);
    else if (!S_ISREG(about.st_mode))
        wrong(path, 1, "no regular file", "a readable file", error);
    else if ((size_t)about.st_size > most)
        wrong(path, 1, most == TEXT_MOST ? "more than 1 MiB" : "more than 1 GiB", "less", error);
    else if (!(text = read_open(fd, (size_t)about.st_size, length)))
        wrong(path, 1, strerror(errno), "a readable file", error);
    if (fd >= 0)
        close(fd);
    return text;
}

static unsigned line_at(const char *text, size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

/* What is behind a NUL would be in the digest and seen by nobody. */
static bool is_text(const struct config_part *part, struct config_error *error)
{
    const char *nul = memchr(part->text, '\0', part->length);
    return !nul || wrong(part->path, line_at(part->text, (size_t)(nul - part->text)), "a NUL", "text", error);
}

/* --- parts --- */

static struct part *find(struct config_bundle *bundle, enum config_part_kind kind, const char *name)
{
    for (unsigned i = 0; i < bundle->count; i++)
        if (bundle->parts[i].shown.kind == kind && strcmp(bundle->parts[i].shown.name, name) == 0)
            return &bundle->parts[i];
    return NULL;
}

static struct part *add(struct config_bundle *bundle, enum config_part_kind kind, const char *name,
                        const char *path)
{
    if (bundle->count == PARTS_MOST)
        return NULL;
    struct part *part = &bundle->parts[bundle->count];
    *part = (struct part){.shown.kind = kind, .name = strdup(name), .path = strdup(path)};
    part->shown.name = part->name;
    part->shown.path = part->path;
    bundle->count++;
    return part->name && part->path ? part : NULL;
}

static const struct config_profile_file *built_in(const char *name)
{
    const struct config_profile_file *file = config_profile_files;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    return file->name ? file : NULL;
}

static struct part *add_live(struct config_bundle *bundle, enum config_part_kind kind, const char *name)
{
    const struct config_profile_file *own = kind == CONFIG_PART_PROFILE ? built_in(name) : NULL;
    char path[CONFIG_PATH_MOST];
    snprintf(path, sizeof path, "%s%s", own || *name == '/' ? "" : bundle->folder, name);
    struct part *part = add(bundle, kind, name, path);
    if (part && own) {
        part->shown.built_in = true;
        part->shown.text = own->text;
        part->shown.length = strlen(own->text);
    }
    return part;
}

static void digest_of(const struct config_part *part, uint8_t digest[CONFIG_DIGEST_BYTES])
{
    sha256(&(struct bytes){(const uint8_t *)part->text, part->length}, 1, digest);
}

static bool fill(const struct config_bundle *bundle, struct part *part, struct config_error *error)
{
    uint8_t digest[CONFIG_DIGEST_BYTES];
    struct config_part *shown = &part->shown;
    if (!shown->text)
        shown->text = part->text =
            read_file(shown->path, shown->kind == CONFIG_PART_ROWS ? ROWS_MOST : (size_t)TEXT_MOST,
                      &shown->length, error);
    if (!shown->text || !is_text(shown, error))
        return false;
    digest_of(shown, digest);
    if (bundle->kept && memcmp(digest, shown->digest, sizeof digest) != 0)
        return wrong(shown->path, 1, "something else than its name says", "what was accepted", error);
    memcpy(shown->digest, digest, sizeof digest);
    return true;
}

const struct config_part *config_bundle_take(struct config_bundle *bundle, enum config_part_kind kind,
                                             const char *name, struct config_error *error)
{
    struct part *part = find(bundle, kind, name);
    if (part && part->shown.text)
        return &part->shown;
    if (!part && bundle->kept) {
        wrong(name, 1, "no copy of it", "one, as the inventory names it", error);
        return NULL;
    }
    if (!part && !(part = add_live(bundle, kind, name))) {
        no_memory(name, error);
        return NULL;
    }
    if (fill(bundle, part, error))
        return &part->shown;
    free(part->text);
    part->text = NULL;
    part->shown.text = NULL;
    return NULL;
}

/* --- life --- */

static struct config_bundle *bundle_in(const char *path, size_t folder_length, bool kept)
{
    struct config_bundle *bundle = calloc(1, sizeof *bundle);
    if (!bundle)
        return NULL;
    bundle->kept = kept;
    bundle->folder = strndup(path, folder_length);
    if (bundle->folder)
        return bundle;
    free(bundle);
    return NULL;
}

/* Of the folder that the path lies in, with its slash; 0: the current one. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash + 1 - path) : 0;
}

struct config_bundle *config_bundle_open(const char *path, struct config_error *error)
{
    struct config_bundle *bundle = bundle_in(path, folder_length(path), false);
    if (!bundle)
        no_memory(path, error);
    else if (config_bundle_take(bundle, CONFIG_PART_INVENTORY, path + folder_length(path), error))
        return bundle;
    config_bundle_free(bundle);
    return NULL;
}

struct config_bundle *config_bundle_of(const char *path, const char *text, size_t length,
                                       struct config_error *error)
{
    struct config_bundle *bundle = bundle_in(path, folder_length(path), false);
    struct part *part = bundle ? add(bundle, CONFIG_PART_INVENTORY, path + folder_length(path), path) : NULL;
    if (part && (part->text = malloc(length + 1))) {
        memcpy(part->text, text, length);
        part->text[length] = '\0';
        part->shown.text = part->text;
        part->shown.length = length;
        if (fill(bundle, part, error))
            return bundle;
    } else {
        no_memory(path, error);
    }
    config_bundle_free(bundle);
    return NULL;
}

struct config_bundle *config_bundle_kept(const char *folder)
{
    return bundle_in(folder, strlen(folder), true);
}

bool config_bundle_list(struct config_bundle *bundle, enum config_part_kind kind, const char *name,
                        const uint8_t digest[CONFIG_DIGEST_BYTES])
{
    char path[CONFIG_PATH_MOST], digits[CONFIG_DIGEST_TEXT];
    snprintf(path, sizeof path, "%s%s", bundle->folder, config_digest_text(digest, digits));
    struct part *part = find(bundle, kind, name) ? NULL : add(bundle, kind, name, path);
    if (part)
        memcpy(part->shown.digest, digest, CONFIG_DIGEST_BYTES);
    return part != NULL;
}

void config_bundle_free(struct config_bundle *bundle)
{
    if (!bundle)
        return;
    for (unsigned i = 0; i < bundle->count; i++) {
        free(bundle->parts[i].text);
        free(bundle->parts[i].name);
        free(bundle->parts[i].path);
    }
    free(bundle->folder);
    free(bundle);
}

unsigned config_bundle_count(const struct config_bundle *bundle)
{
    return bundle->count;
}

const struct config_part *config_bundle_part(const struct config_bundle *bundle, unsigned index)
{
    return &bundle->parts[index].shown;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder/alone.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypt/random.h"
#include "kit/cage.h"
#include "kit/log.h"
#include "recorder/recorder.h"

static bool write_entry(const struct config_recorder *config, const struct evidence_entry *entry)
{
    struct evidence_log log;
    char why[LOG_WHY_BYTES];
    if (!evidence_log_open(&log, ".", config->name, wall_now(), why)) {
        log_error("recorder", NULL, "%s: %s", config->folder, why);
        return false;
    }
    const bool written =
        evidence_log_append(&log, entry) && evidence_log_commit(&log) && evidence_log_checkpoint(&log);
    if (!written)
        log_error("recorder", NULL, "%s: %s", config->folder, strerror(errno));
    evidence_log_close(&log);
    return written;
}

static bool record(const struct config_recorder *config, struct evidence_entry entry)
{
    evidence_text(entry.source, sizeof entry.source, "keeper");
    entry.run = random_u64(random_system()) | 1;
    entry.number = 1;
    if (!recorder_enter(config))
        return false;
    if (geteuid() == 0 && !cage_become(config->uid)) {
        log_error("recorder", NULL, "the recorder's user: %s", strerror(errno));
        return false;
    }
    return write_entry(config, &entry);
}

bool recorder_alone(const struct config *config, const struct evidence_entry *entry)
{
    int status;
    const pid_t writer = fork();
    if (writer == 0)
        _exit(record(&config->recorder, *entry) ? 0 : 1);
    if (writer > 0 && waitpid(writer, &status, 0) == writer)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    log_error("recorder", NULL, "nobody writes what is to be evidence: %s", strerror(errno));
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "fast_pins.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "plane/fast/ports.h"

static char folder[64];

int mount_pins(void **state)
{
    char root[] = "/tmp/demarc-adopt-XXXXXX";
    (void)state;
    if (!mkdtemp(root) || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || mount("bpf", root, "bpf", 0, NULL) != 0) {
        print_message("# SKIPPED, LOUDLY: no BPF file system here: %s\n", strerror(errno));
        rmdir(root);
        exit(77);
    }
    snprintf(folder, sizeof folder, "%s/plane", root);
    return 0;
}

int unmount_pins(void **state)
{
    (void)state;
    *strrchr(folder, '/') = '\0';
    umount2(folder, MNT_DETACH);
    rmdir(folder);
    return 0;
}

const char *pins(void)
{
    char why[FAST_WHY_BYTES];
    assert_true(fast_make_folder(folder, why));
    return folder;
}

struct bench *begin(unsigned sessions)
{
    return bench_open_in(sessions, pins());
}

void die(struct bench *bench)
{
    struct fast fast = bench->fast;
    close(bench->n3);
    bench->lab->plane.fast = NULL;
    memset(bench->fast.claimed_rates, 0, bench->fast.sizes.sessions + 1); /* nobody is left to free any */
    lab_free(bench->lab);
    fast_close(&fast);
    free(bench);
}

void end(struct bench *bench)
{
    struct fast fast = bench->fast;
    close(bench->n3);
    lab_free(bench->lab);
    fast_remove(&fast);
    fast_close(&fast);
    free(bench);
}

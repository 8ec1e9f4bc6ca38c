/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every file of a corpus folder through a fuzz target once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return;
    uint8_t *data = malloc(1 << 20);
    size_t size = data ? fread(data, 1, 1 << 20, file) : 0;
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    fclose(file);
}

int main(int argc, char **argv)
{
    DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_type == DT_REG || entry->d_type == DT_LNK) {
            replay(argv[1], entry->d_name);
            count++;
        }
    closedir(folder);
    printf("%u inputs replayed\n", count);
    return count ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The language of scenarios: reads the file, holds its cast, and runs its steps one after the other on a stack of their
 * own, so that a step can wait for what it started. What each step does is in scenario_steps.c. */
#include "ran/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "ran/scenario_cast.h"

enum { LINE_BYTES = 1024, WORDS = 32, STEP_STACK = 256 * 1024, DEFAULT_PATIENCE_MS = 10000 };

bool scenario_fail(struct scenario *scenario, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%u: ", scenario->path, scenario->line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    scenario->failed = true;
    return false;
}

/* --- Waiting --- */

static void patience_over(struct timer *timer)
{
    struct scenario *scenario = (struct scenario *)((char *)timer - offsetof(struct scenario, patience));
    scenario->impatient = true;
    scenario_wake(scenario);
}

void scenario_wake(struct scenario *scenario)
{
    scenario->stirred = true;
}

/* Steps go on between batches only, never in the middle of a phone's or a gNB's own doings. */
static void settled(void *context)
{
    struct scenario *scenario = context;
    if (!scenario->waiting || !scenario->stirred)
        return;
    scenario->waiting = scenario->stirred = false;
    co_resume(scenario->co, 0);
}

bool scenario_until(struct scenario *scenario, bool (*holds)(struct scenario *scenario, const void *argument),
                    const void *argument, int64_t time)
{
    scenario->impatient = false;
    timer_start(scenario->driver.radio.timers, &scenario->patience, time);
    while (!holds(scenario, argument) && !scenario->impatient && !scenario->interrupted) {
        scenario->waiting = true;
        co_suspend();
    }
    timer_stop(scenario->driver.radio.timers, &scenario->patience);
    return holds(scenario, argument);
}

/* --- Words --- */

static unsigned split(char *line, char *words[WORDS])
{
    unsigned count = 0;
    for (char *at = line; *at && count < WORDS;) {
        while (*at == ' ' || *at == '\t')
            *at++ = '\0';
        if (!*at || *at == '#')
            break;
        bool quoted = *at == '"';
        words[count++] = quoted ? ++at : at;
        while (*at && (quoted ? *at != '"' : *at != ' ' && *at != '\t'))
            at++;
        if (quoted && *at)
            *at++ = '\0';
    }
    return count;
}

static const struct scenario_step *find_step(const char *word)
{
    for (const struct scenario_step *step = scenario_steps; step->word; step++)
        if (strcmp(step->word, word) == 0)
            return step;
    return NULL;
}

/* The step that a line asks for; NULL, and said, when it is none. */
static const struct scenario_step *step_of(struct scenario *scenario, const struct scenario_line *line)
{
    const struct scenario_step *step = find_step(line->words[0]);
    if (!step)
        scenario_fail(scenario, "no step is called '%s'; `demarc-ran help scenario` lists them",
                      line->words[0]);
    else if (line->count - 1 < step->least_words)
        scenario_fail(scenario, "expected: %s %s", step->word, step->usage);
    return scenario->failed ? NULL : step;
}

bool scenario_try(struct scenario *scenario, const struct scenario_line *line)
{
    const struct scenario_line rest = {line->words + 1, line->count - 1, line->rest};
    const struct scenario_step *step = step_of(scenario, &rest);
    if (step && !step->run(scenario, &rest))
        scenario->failed = false;
    return step;
}

static bool run_line(struct scenario *scenario, char *line)
{
    char whole[LINE_BYTES];
    char *words[WORDS];
    snprintf(whole, sizeof whole, "%s", line);
    struct scenario_line parsed = {.words = words, .count = split(line, words)};
    if (!parsed.count)
        return true;
    parsed.rest = strchr(whole, ':');
    if (parsed.rest)
        parsed.rest++;
    const struct scenario_step *step = step_of(scenario, &parsed);
    return step && step->run(scenario, &parsed);
}

static void run_file(void *argument)
{
    struct scenario *scenario = argument;
    char line[LINE_BYTES];
    while (!scenario->failed && !scenario->interrupted && fgets(line, sizeof line, scenario->file)) {
        scenario->line++;
        line[strcspn(line, "\r\n")] = '\0';
        if (!run_line(scenario, line))
            scenario->failed = true;
    }
    loop_stop(scenario->driver.loop, scenario->failed);
}

static void begin(struct timer *timer)
{
    struct scenario *scenario = (struct scenario *)((char *)timer - offsetof(struct scenario, patience));
    timer->fire = patience_over;
    co_start(scenario->stacks, &scenario->co, run_file, scenario);
}

static void interrupted(void *context, int signal)
{
    struct scenario *scenario = context;
    (void)signal;
    scenario->interrupted = true;
    scenario_wake(scenario);
}

int scenario_run(const char *path, const struct scenario_options *options)
{
    struct scenario scenario = {.path = path, .options = *options, .file = fopen(path, "r")};
    if (!scenario.file) {
        fprintf(stderr, "%s: cannot be read: %m\n", path);
        return 2;
    }
    if (!scenario.options.patience_ms)
        scenario.options.patience_ms = DEFAULT_PATIENCE_MS;
    scenario.stacks = co_pool_new(STEP_STACK, 1);
    if (!scenario.stacks || !scenario_cast_init(&scenario)) {
        fprintf(stderr, "demarc-ran: out of memory\n");
        return 1;
    }
    loop_on_signal(scenario.driver.loop, SIGINT, interrupted, &scenario);
    loop_on_signal(scenario.driver.loop, SIGTERM, interrupted, &scenario);
    scenario.driver.settled = settled;
    scenario.driver.context = &scenario;
    scenario.patience.fire = begin;
    timer_start(scenario.driver.radio.timers, &scenario.patience, 0);
    int code = loop_run(scenario.driver.loop);
    scenario_cast_free(&scenario);
    co_pool_free(scenario.stacks);
    fclose(scenario.file);
    return code;
}

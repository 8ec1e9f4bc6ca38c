/* SPDX-License-Identifier: Apache-2.0 */
/* The threshold answer on request: may it be shared over the path of a session, or over one that is described? */
#include "core/amf/context.h"
#include "core/control.h"
#include "core/sharing.h"
#include "core/smf/smf.h"

enum { LABELS = 16 };

/* What is asked, in the request's memory and the batch's. */
struct asked {
    struct line_question question;
    struct smf_crossing crossing;
    struct path path;
    const char *labels[LABELS];
    char why[128]; /* it was asked, for evidence */
};

static const char *text_of(const json_t *request, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text ? text : otherwise;
}

/* NULL, or why not. */
static const char *take_session(struct core *core, const json_t *session, struct asked *asked)
{
    const char *supi = text_of(session, "supi", "");
    const json_int_t psi = json_integer_value(json_object_get(session, "psi"));
    const struct ue *ue = amf_find(core, supi_of_text(supi));
    if (!ue || psi < 1 || psi > SMF_SESSIONS_PER_UE || !smf_crossing(ue, (uint8_t)psi, &asked->crossing))
        return "no such session is anchored here";
    asked->question.path = &asked->crossing.path;
    asked->question.partner = asked->crossing.partner;
    asked->question.end_to_end = asked->crossing.end_to_end;
    asked->labels[0] = asked->crossing.label;
    asked->question.label_count = 1;
    snprintf(asked->why, sizeof asked->why, "asked about %s/%d", supi, (int)psi);
    return NULL;
}

static const char *take_path(struct core *core, const char *text, struct asked *asked)
{
    const char *why = NULL;
    asked->question.path = &asked->path;
    snprintf(asked->why, sizeof asked->why, "asked about %s", text);
    return path_parse(text, core->config->network.amf_name, &core->batch, &asked->path, &why) ? NULL : why;
}

static const char *take_labels(const json_t *labels, struct asked *asked)
{
    size_t i;
    const json_t *label;
    if (json_array_size(labels) > LABELS)
        return "at most sixteen labels";
    json_array_foreach(labels, i, label)
    {
        if (!json_is_string(label))
            return "a label is text";
        asked->labels[i] = json_string_value(label);
        asked->question.label_count = (unsigned)i + 1;
    }
    return NULL;
}

static const char *read_asked(struct core *core, const json_t *request, struct asked *asked)
{
    const json_t *session = json_object_get(request, "session");
    const char *path = text_of(request, "path", NULL);
    *asked = (struct asked){.question.labels = asked->labels, .question.partner = ""};
    if (!session == !path)
        return "what is crossed: one of session and path";
    const char *why = path ? take_path(core, path, asked) : take_session(core, session, asked);
    if (!why)
        why = take_labels(json_object_get(request, "labels"), asked);
    asked->question.partner = text_of(request, "partner", asked->question.partner);
    asked->question.end_to_end |= json_is_true(json_object_get(request, "end_to_end"));
    return why ? why : *asked->question.partner ? NULL : "it is shared with no partner: name one";
}

static json_t *reply_of(const struct sharing_proof *proof)
{
    char digest[2 * SHARING_DIGEST_BYTES + 1], run[17];
    for (size_t i = 0; i < sizeof proof->digest; i++)
        snprintf(digest + 2 * i, 3, "%02x", proof->digest[i]);
    snprintf(run, sizeof run, "%016llx", (unsigned long long)proof->entry.run);
    json_t *reply = json_pack("{s:O, s:s}", "answer", proof->form, "digest", digest);
    if (proof->entry.number)
        json_object_set_new(reply, "entry",
                            json_pack("{s:s, s:I}", "run", run, "number", (json_int_t)proof->entry.number));
    return reply;
}

json_t *control_answer(void *context, const json_t *request)
{
    struct control *control = context;
    struct core *core = control->core;
    const struct line_facts facts = amf_line_facts(core);
    struct line_answer answer;
    struct sharing_proof proof;
    struct asked asked;
    const char *why = read_asked(core, request, &asked);
    if (why)
        return admin_refuse("%s", why);
    line_answer(&facts, sharing_taken(), &asked.question, &answer);
    sharing_record(core, &answer, "", asked.why, &proof);
    json_t *reply = proof.form ? reply_of(&proof) : admin_refuse("out of memory");
    sharing_forget(&proof);
    return reply;
}

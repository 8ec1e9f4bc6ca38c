/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nssf/nssf.h"

static bool served(const struct nssf_question *question, struct config_slice slice)
{
    for (unsigned i = 0; i < question->served_count; i++) {
        if (config_slice_equal(question->served[i], slice))
            return true;
    }
    return false;
}

static bool subscribed(const struct nssf_question *question, struct config_slice slice)
{
    for (unsigned i = 0; i < question->subscribed_count; i++) {
        if (config_slice_equal(question->subscribed[i].slice, slice))
            return true;
    }
    return false;
}

static void allow(struct nssf_choice *choice, struct config_slice slice)
{
    for (unsigned i = 0; i < choice->allowed_count; i++) {
        if (config_slice_equal(choice->allowed[i], slice))
            return;
    }
    if (choice->allowed_count < NSSF_SLICES)
        choice->allowed[choice->allowed_count++] = slice;
}

static void reject(struct nssf_choice *choice, struct config_slice slice, enum nas_rejected_cause cause)
{
    if (choice->rejected_count < NSSF_SLICES)
        choice->rejected[choice->rejected_count++] = (struct nas_rejected_s_nssai){
            .cause = cause,
            .sst = slice.sst,
            .sd = slice.sd,
        };
}

static void judge(const struct nssf_question *question, struct nssf_choice *choice, struct config_slice slice)
{
    if (!subscribed(question, slice))
        reject(choice, slice, NAS_REJECTED_IN_PLMN);
    else if (!served(question, slice))
        reject(choice, slice, NAS_REJECTED_IN_AREA);
    else
        allow(choice, slice);
}

/* Nothing asked for, or nothing of it granted: the slices marked as default in the subscription. */
static void allow_defaults(const struct nssf_question *question, struct nssf_choice *choice)
{
    for (unsigned i = 0; i < question->subscribed_count; i++) {
        const struct store_slice *slice = &question->subscribed[i];
        if (slice->is_default && served(question, slice->slice))
            allow(choice, slice->slice);
    }
}

bool nssf_select(const struct nssf_question *question, struct nssf_choice *choice)
{
    *choice = (struct nssf_choice){0};
    for (size_t i = 0; question->requested && i < question->requested->count; i++) {
        const struct nas_s_nssai *asked = &question->requested->items[i];
        judge(question, choice, (struct config_slice){asked->sst, asked->sd});
    }
    if (choice->allowed_count == 0)
        allow_defaults(question, choice);
    return choice->allowed_count > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New keys for a phone that is connected (TS 24.501 5.4.1.1, 4.4.3.5; TS 33.501 6.9.4): it is authenticated anew, takes the new NAS
 * keys into use, and its gNB gets the new K_gNB.
 */
#include <openssl/crypto.h>

#include "core/amf/handover.h"
#include "kit/log.h"

static bool due(const struct ue *ue)
{
    int64_t lifetime = ue->core->config->amf.security.authentication_again;
    return nas_security_worn_out(&ue->security) || (lifetime && core_wall(ue->core) - ue->keyed >= lifetime);
}

static bool take_keys(struct procedure *p, const struct proof *proof)
{
    const struct ue *ue = p->owner;
    const struct nas_ue_security_capability capability = ue->security_capability;
    struct bytes nothing;
    return security_mode(p, proof, &capability, false, &nothing) == 0;
}

/* Whoever answers wrongly is not the phone, and is deregistered (5.4.1.3.5); who does not answer at all is released (5.4.1.3.7). */
static void settle(struct procedure *p, enum authentication_result result)
{
    struct ue *ue = p->owner;
    procedure_leave(p);
    if (result == AUTHENTICATION_REFUSED) {
        ue_remove(ue, N2_NAS(AUTHENTICATION_FAILURE));
    } else if (result == AUTHENTICATION_UNANSWERED) {
        an_release(ue, N2_NAS(AUTHENTICATION_FAILURE), "it does not answer the authentication");
    } else {
        mobility_done(ue);
        configuration_update_due(ue);
    }
}

static void reauthentication(struct procedure *p)
{
    struct ue *ue = p->owner;
    struct proof proof;
    char context[UE_CONTEXT_TEXT];
    enum authentication_result result = authentication_of(p, ue->supi, ue->security.ngksi, &proof);
    if (result == AUTHENTICATED && take_keys(p, &proof)) {
        log_info("amf", ue_context_text(ue, context), "it has new keys");
        context_modification_key(p);
    }
    OPENSSL_cleanse(&proof, sizeof proof);
    if (!procedure_cancelled(p))
        settle(p, result);
}

void reauthentication_due(struct ue *ue)
{
    const struct connection *connection = ue->connection;
    if (ue->dead || !ue->registered || ue->procedure || ue->handover || !connection ||
        !connection->context_up || !connection->secured || !due(ue))
        return;
    procedure_start(ue->core, &ue->procedure, "authentication", reauthentication, ue, NULL);
}

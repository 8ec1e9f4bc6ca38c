/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ausf/ausf.h"

#include <stdio.h>

#include "crypt/kdf.h"
#include "crypt/primitive.h"

const char *ausf_serving_network_name(struct config_plmn serving, char text[AUSF_SNN_BYTES])
{
    const uint8_t *o = serving.octets;
    unsigned mcc = (o[0] & 0xfu) * 100 + (o[0] >> 4) * 10u + (o[1] & 0xfu);
    unsigned mnc = (o[2] & 0xfu) * 10 + (o[2] >> 4);
    if (o[1] >> 4 != 0xf)
        mnc = mnc * 10 + (o[1] >> 4);
    snprintf(text, AUSF_SNN_BYTES, "5G:mnc%03u.mcc%03u.3gppnetwork.org", mnc % 1000, mcc % 1000);
    return text;
}

static struct bytes name_of(struct config_plmn serving, char text[AUSF_SNN_BYTES])
{
    ausf_serving_network_name(serving, text);
    return bytes_of(text, strlen(text));
}

enum udm_result ausf_authenticate(struct udm *udm, supi_t supi, struct config_plmn serving,
                                  struct ausf_authentication *authentication,
                                  struct ausf_challenge *challenge)
{
    char snn[AUSF_SNN_BYTES];
    struct udm_vector vector;
    if (!udm_serves(udm, serving))
        return UDM_NETWORK_NOT_AUTHORIZED;
    enum udm_result result = udm_authenticate(udm, supi, name_of(serving, snn), &vector);
    if (result != UDM_OK)
        return result;
    *authentication = (struct ausf_authentication){.supi = supi, .serving = serving};
    memcpy(authentication->rand, vector.rand, sizeof vector.rand);
    memcpy(authentication->xres_star, vector.xres_star, sizeof vector.xres_star);
    memcpy(authentication->kausf, vector.kausf, sizeof vector.kausf);
    memcpy(challenge->rand, vector.rand, sizeof vector.rand);
    memcpy(challenge->autn, vector.autn, sizeof vector.autn);
    kdf_hres_star(vector.rand, vector.xres_star, challenge->hxres_star);
    secret_clear(&vector, sizeof vector);
    return UDM_OK;
}

enum udm_result ausf_resynchronise(struct udm *udm, const uint8_t auts[14],
                                   struct ausf_authentication *authentication,
                                   struct ausf_challenge *challenge)
{
    enum udm_result result = udm_resynchronise(udm, authentication->supi, authentication->rand, auts);
    if (result != UDM_OK)
        return result;
    return ausf_authenticate(udm, authentication->supi, authentication->serving, authentication, challenge);
}

bool ausf_hres_is_right(const struct ausf_challenge *challenge, const uint8_t res_star[16])
{
    uint8_t hres_star[16];
    kdf_hres_star(challenge->rand, res_star, hres_star);
    return secret_equal(hres_star, challenge->hxres_star, sizeof hres_star);
}

bool ausf_confirm(struct udm *udm, const struct ausf_authentication *authentication,
                  const uint8_t res_star[16], int64_t wall, uint8_t kseaf[32])
{
    char snn[AUSF_SNN_BYTES];
    bool right = secret_equal(res_star, authentication->xres_star, sizeof authentication->xres_star);
    const struct udm_event event = {authentication->serving, right, wall};
    (void)udm_confirm_authentication(udm, authentication->supi, &event);
    if (right)
        kdf_kseaf(authentication->kausf, name_of(authentication->serving, snn), kseaf);
    return right;
}

void ausf_clear(struct ausf_authentication *authentication)
{
    secret_clear(authentication, sizeof *authentication);
}

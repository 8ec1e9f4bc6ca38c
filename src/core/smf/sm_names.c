/* SPDX-License-Identifier: Apache-2.0 */
#include "core/smf/sm_names.h"

#include "core/amf/amf.h"
#include "core/smf/smf.h"

const struct name_of n2_answer_names[] = {
    {"PDU_RES_SETUP_RSP", N2_SETUP_RESPONSE}, {"PDU_RES_SETUP_FAIL", N2_SETUP_UNSUCCESSFUL},
    {"PDU_RES_MOD_RSP", N2_MODIFY_RESPONSE},  {"PDU_RES_MOD_FAIL", N2_MODIFY_UNSUCCESSFUL},
    {"PDU_RES_REL_RSP", N2_RELEASE_RESPONSE}, {"PDU_RES_NTY", N2_NOTIFY},
    {"PDU_RES_NTY_REL", N2_NOTIFY_RELEASED},  {0},
};

const struct name_of n2_request_names[] = {
    {"PDU_RES_SETUP_REQ", N2_SETUP_REQUEST},
    {"PDU_RES_MOD_REQ", N2_MODIFY_REQUEST},
    {"PDU_RES_REL_CMD", N2_RELEASE_COMMAND},
    {0},
};

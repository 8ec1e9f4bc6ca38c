/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two AMFs say to each other when a phone is handed over from one to the other (Namf_Communication_CreateUEContext, TS 29.518
 * 5.2.2.2.3), between content and structs. Bytes view the content that was read, or must outlive the content that is written.
 */
#ifndef CORE_PEER_RELOCATION_H
#define CORE_PEER_RELOCATION_H

#include "core/peer/ue_context.h"
#include "sbi/message.h"
#include "wire/ngap/ngap.h"

/* N2SmInformation (6.1.6.2.26). */
struct relocated_n2 {
    uint8_t psi;
    struct bytes transfer;
};

struct relocated_list {
    struct relocated_n2 items[MOVED_SESSIONS];
    unsigned count;
};

/* UeContextCreateData (6.1.6.2.46). */
struct relocation_request {
    struct moved_context context; /* wipe */
    struct ngap_target_ran_node_id target;
    struct ngap_cause cause;
    struct bytes container, radio_capability;
    struct relocated_list sessions; /* Handover Required Transfers */
    char notify_uri[MOVED_URI_BYTES];
};

/* UeContextCreatedData (6.1.6.2.47). */
struct relocation_answer {
    struct bytes container;
    struct relocated_list admitted; /* Handover Command Transfers */
    struct relocated_list refused;  /* Handover Preparation Unsuccessful Transfers */
};

/* False: no memory, or no room. The content is to be freed all the same. */
bool relocation_write_request(const struct relocation_request *request, struct arena *arena,
                              struct sbi_content *content);
/* NULL, or a static reason; then nothing secret is left in it. */
const char *relocation_read_request(const struct sbi_content *content, struct relocation_request *request);

bool relocation_write_answer(const struct relocation_answer *answer, struct arena *arena,
                             struct sbi_content *content);
const char *relocation_read_answer(const struct sbi_content *content, struct relocation_answer *answer);

/* UeContextCreateError (6.1.6.2.48): why not; container: from the target, or empty. */
void relocation_write_error(struct ngap_cause cause, struct bytes container, struct arena *arena,
                            struct sbi_content *content);
void relocation_read_error(const struct sbi_content *content, struct ngap_cause *cause,
                           struct bytes *container);

/* NgApCause (TS 29.571 5.4.4.12). Reading: false, and unchanged, for one that NGAP cannot say. */
json_t *json_cause(struct ngap_cause cause);
bool field_cause(const json_t *object, const char *name, struct ngap_cause *cause);

/* N2InfoContent (6.1.6.2.27). */
json_t *json_n2_info(struct sbi_content *content, struct arena *arena, const char *type, struct bytes data);
/* Its data, if it is of that type; else empty. */
struct bytes n2_info_of_type(const struct sbi_content *content, const json_t *info, const char *type);

#endif

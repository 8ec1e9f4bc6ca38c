/* SPDX-License-Identifier: Apache-2.0 */
/* PFCP messages as text or JSON, by the same tables, and the names of things. */
#include "wire/pfcp/table.h"

const char *pfcp_message_name(uint8_t type)
{
    const struct pfcp_message_form *form = pfcp_form_of(type);
    return form ? form->name : "message of an unknown type";
}

const char *pfcp_ie_name(uint16_t type)
{
    const struct pfcp_element *element = pfcp_element_of(type);
    return element ? element->name : NULL;
}

const char *pfcp_cause_name(uint8_t cause)
{
    static const char *const names[] = {
        [PFCP_ACCEPTED] = "Request accepted",
        [PFCP_MORE_USAGE_REPORT_TO_SEND] = "More Usage Report to send",
        [PFCP_PARTIALLY_ACCEPTED] = "Request partially accepted",
        [PFCP_REJECTED] = "Request rejected",
        [PFCP_SESSION_CONTEXT_NOT_FOUND] = "Session context not found",
        [PFCP_MANDATORY_IE_MISSING] = "Mandatory IE missing",
        [PFCP_CONDITIONAL_IE_MISSING] = "Conditional IE missing",
        [PFCP_INVALID_LENGTH] = "Invalid length",
        [PFCP_MANDATORY_IE_INCORRECT] = "Mandatory IE incorrect",
        [PFCP_INVALID_FORWARDING_POLICY] = "Invalid Forwarding Policy",
        [PFCP_INVALID_F_TEID_ALLOCATION] = "Invalid F-TEID allocation option",
        [PFCP_NO_ESTABLISHED_ASSOCIATION] = "No established PFCP Association",
        [PFCP_RULE_FAILURE] = "Rule creation/modification Failure",
        [PFCP_CONGESTION] = "PFCP entity in congestion",
        [PFCP_NO_RESOURCES_AVAILABLE] = "No resources available",
        [PFCP_SERVICE_NOT_SUPPORTED] = "Service not supported",
        [PFCP_SYSTEM_FAILURE] = "System failure",
        [PFCP_REDIRECTION_REQUESTED] = "Redirection Requested",
        [PFCP_ALL_DYNAMIC_ADDRESSES_OCCUPIED] = "All dynamic addresses are occupied",
    };
    return cause < sizeof names / sizeof *names ? names[cause] : NULL;
}

static void print_group(struct printer *p, const struct pfcp_group *group, const void *from);

static void print_element(struct printer *p, const char *name, uint16_t type, const void *from)
{
    const struct pfcp_element *element = pfcp_element_of(type);
    if (element->value) {
        element->value->print(element->value, p, name, from);
        return;
    }
    print_open(p, name);
    print_group(p, element->group, from);
    print_close(p);
}

static void print_members(struct printer *p, const struct pfcp_member *member, const void *from)
{
    const char *list = *(void *const *)((const char *)from + member->offset);
    size_t count = *(const size_t *)((const char *)from + member->mark);
    if (count == 0)
        return;
    print_list(p, member->name);
    for (size_t i = 0; i < count; i++)
        print_element(p, NULL, member->type, list + i * member->size);
    print_end(p);
}

static void print_group(struct printer *p, const struct pfcp_group *group, const void *from)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct pfcp_member *member = &group->members[i];
        if (member->presence == PFCP_LIST || member->presence == PFCP_MANDATORY_LIST)
            print_members(p, member, from);
        else if (member->presence == PFCP_MANDATORY || *(const bool *)((const char *)from + member->mark))
            print_element(p, member->name, member->type, (const char *)from + member->offset);
    }
}

void pfcp_print(struct printer *p, const struct pfcp_message *message)
{
    const struct pfcp_message_form *form = pfcp_form_of(message->type);
    print_open(p, NULL);
    print_enum(p, "message", message->type, form ? form->name : NULL);
    if (form && form->session)
        print_uint(p, "seid", message->seid);
    print_uint(p, "sequence", message->sequence);
    if (form)
        print_group(p, form->group, &message->heartbeat_request);
    print_close(p);
}

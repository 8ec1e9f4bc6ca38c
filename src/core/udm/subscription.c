/* SPDX-License-Identifier: Apache-2.0 */
/* Subscription data for AMF and SMF (Nudm_SDM_Get, TS 23.502 5.2.3.3). */
#include <strings.h>

#include "core/udm/state.h"

/* The subscriber without his credentials. */
static enum udm_result read_profile(struct udm *udm, supi_t supi, struct arena *arena,
                                    struct store_subscriber *subscriber)
{
    enum udm_result result = udm_read(udm, supi, arena, subscriber);
    if (result == UDM_OK)
        store_subscriber_wipe(subscriber);
    return result;
}

enum udm_result udm_access_data(struct udm *udm, supi_t supi, struct arena *arena, struct udm_access *access)
{
    struct store_subscriber subscriber;
    enum udm_result result = read_profile(udm, supi, arena, &subscriber);
    if (result == UDM_OK)
        *access = (struct udm_access){
            .barred = subscriber.barred,
            .ambr_uplink = subscriber.ambr_uplink,
            .ambr_downlink = subscriber.ambr_downlink,
            .slices = subscriber.slices,
            .slice_count = subscriber.slice_count,
            .access = subscriber.access,
        };
    return result;
}

static const struct store_slice *find_slice(const struct store_subscriber *subscriber,
                                            struct config_slice slice)
{
    for (unsigned i = 0; i < subscriber->slice_count; i++)
        if (config_slice_equal(subscriber->slices[i].slice, slice))
            return &subscriber->slices[i];
    return NULL;
}

/* Data network names compare without regard to case (TS 23.003 9.1). */
static const struct store_dnn *find_dnn(const struct store_slice *slice, const char *dnn)
{
    if (!dnn || !*dnn)
        return slice->dnn_count ? &slice->dnns[0] : NULL;
    for (unsigned i = 0; i < slice->dnn_count; i++)
        if (strcasecmp(slice->dnns[i].name, dnn) == 0)
            return &slice->dnns[i];
    return NULL;
}

enum udm_result udm_session_data(struct udm *udm, supi_t supi, struct config_slice slice, const char *dnn,
                                 struct arena *arena, const struct store_dnn **data)
{
    struct store_subscriber subscriber;
    enum udm_result result = read_profile(udm, supi, arena, &subscriber);
    if (result != UDM_OK)
        return result;
    const struct store_slice *subscribed = subscriber.barred ? NULL : find_slice(&subscriber, slice);
    const struct store_dnn *found = subscribed ? find_dnn(subscribed, dnn) : NULL;
    if (!found)
        return UDM_NOT_SUBSCRIBED;
    *data = found;
    return UDM_OK;
}

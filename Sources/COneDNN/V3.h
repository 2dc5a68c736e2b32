// The types and the function that 3.x and 2.x define differently, under names of our own. V2.h has those for 2.x.
#pragma once

/// A memory descriptor; its owner destroys it.
typedef dnnl_memory_desc_t be_memory_desc;
typedef dnnl_query_t be_memory_desc_query;

/// Appends a ReLU to an operation.
static inline dnnl_status_t be_append_rectifier(dnnl_post_ops_t operations) {
    return dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0);
}

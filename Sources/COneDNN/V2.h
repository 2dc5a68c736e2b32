// Functions of oneDNN 3.x that 2.x lacks, under their names in 3.x: opaque memory descriptors, and primitive
// descriptors made in one call.
#pragma once

#include <stdlib.h>

// Values for instruction sets that 2.x cannot report: all bits set, which no reported value has.
#if DNNL_VERSION_MINOR < 7
static const dnnl_cpu_isa_t dnnl_cpu_isa_avx512_core_fp16 = (dnnl_cpu_isa_t)~0u;
#endif
static const dnnl_cpu_isa_t dnnl_cpu_isa_avx512_core_amx_fp16 = (dnnl_cpu_isa_t)~0u;

/// A memory descriptor; its owner destroys it.
typedef dnnl_memory_desc_t *be_memory_desc;
typedef const dnnl_memory_desc_t *const_dnnl_memory_desc_t;

static inline dnnl_status_t dnnl_memory_desc_destroy(be_memory_desc layout) {
    free(layout);
    return dnnl_success;
}

static inline dnnl_status_t dnnl_memory_desc_clone(be_memory_desc *result, const_dnnl_memory_desc_t layout) {
    *result = malloc(sizeof **result);
    if (!*result) return dnnl_out_of_memory;
    **result = *layout;
    return dnnl_success;
}

static inline dnnl_status_t dnnl_memory_desc_create_with_tag(
    be_memory_desc *result, int ndims, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    dnnl_memory_desc_t layout;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&layout, ndims, dims, type, tag);
    return status != dnnl_success ? status : dnnl_memory_desc_clone(result, &layout);
}

static inline dnnl_status_t dnnl_memory_desc_create_with_strides(
    be_memory_desc *result, int ndims, const dnnl_dims_t dims, dnnl_data_type_t type, const dnnl_dims_t strides) {
    dnnl_memory_desc_t layout;
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(&layout, ndims, dims, type, strides);
    return status != dnnl_success ? status : dnnl_memory_desc_clone(result, &layout);
}

static inline dnnl_status_t dnnl_memory_desc_create_submemory(
    be_memory_desc *result, const_dnnl_memory_desc_t parent, const dnnl_dims_t dims, const dnnl_dims_t offsets) {
    dnnl_memory_desc_t layout;
    dnnl_status_t status = dnnl_memory_desc_init_submemory(&layout, parent, dims, offsets);
    return status != dnnl_success ? status : dnnl_memory_desc_clone(result, &layout);
}

typedef enum {
    dnnl_query_ndims_s32,
    dnnl_query_dims,
    dnnl_query_data_type,
    dnnl_query_padded_dims,
    dnnl_query_format_kind,
    dnnl_query_strides,
    dnnl_query_inner_nblks_s32,
    dnnl_query_inner_blks,
    dnnl_query_inner_idxs,
} be_memory_desc_query;

/// The last four queries are only for blocked layouts.
static inline dnnl_status_t dnnl_memory_desc_query(
    const_dnnl_memory_desc_t layout, be_memory_desc_query what, void *result) {
    const dnnl_blocking_desc_t *blocking = &layout->format_desc.blocking;
    if (what >= dnnl_query_strides && layout->format_kind != dnnl_blocked) return dnnl_invalid_arguments;
    switch (what) {
    case dnnl_query_ndims_s32: *(int *)result = layout->ndims; break;
    case dnnl_query_dims: *(const dnnl_dim_t **)result = layout->dims; break;
    case dnnl_query_data_type: *(dnnl_data_type_t *)result = layout->data_type; break;
    case dnnl_query_padded_dims: *(const dnnl_dim_t **)result = layout->padded_dims; break;
    case dnnl_query_format_kind: *(dnnl_format_kind_t *)result = layout->format_kind; break;
    case dnnl_query_strides: *(const dnnl_dim_t **)result = blocking->strides; break;
    case dnnl_query_inner_nblks_s32: *(int *)result = blocking->inner_nblks; break;
    case dnnl_query_inner_blks: *(const dnnl_dim_t **)result = blocking->inner_blks; break;
    case dnnl_query_inner_idxs: *(const dnnl_dim_t **)result = blocking->inner_idxs; break;
    }
    return dnnl_success;
}

/// Appends a ReLU to an operation.
static inline dnnl_status_t be_append_rectifier(dnnl_post_ops_t operations) {
    return dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0);
}

static inline dnnl_status_t dnnl_convolution_forward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t bias,
    const_dnnl_memory_desc_t destination, const dnnl_dims_t strides, const dnnl_dims_t dilations,
    const dnnl_dims_t before, const dnnl_dims_t after, const_dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &operation, kind, algorithm, source, weights, bias, destination, strides, dilations, before, after);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t dnnl_convolution_backward_data_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t destination,
    const dnnl_dims_t strides, const dnnl_dims_t dilations, const dnnl_dims_t before, const dnnl_dims_t after,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
        &operation, algorithm, source, weights, destination, strides, dilations, before, after);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

static inline dnnl_status_t dnnl_convolution_backward_weights_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t bias,
    const_dnnl_memory_desc_t destination, const dnnl_dims_t strides, const dnnl_dims_t dilations,
    const dnnl_dims_t before, const dnnl_dims_t after, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
    dnnl_convolution_desc_t operation;
    dnnl_status_t status = dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, algorithm, source, weights, bias, destination, strides, dilations, before, after);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

static inline dnnl_status_t dnnl_inner_product_forward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t kind, const_dnnl_memory_desc_t source,
    const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t bias, const_dnnl_memory_desc_t destination,
    const_dnnl_primitive_attr_t attributes) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status =
        dnnl_inner_product_forward_desc_init(&operation, kind, source, weights, bias, destination);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t dnnl_inner_product_backward_data_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_memory_desc_t source,
    const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t destination,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status =
        dnnl_inner_product_backward_data_desc_init(&operation, source, weights, destination);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

static inline dnnl_status_t dnnl_inner_product_backward_weights_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, const_dnnl_memory_desc_t source,
    const_dnnl_memory_desc_t weights, const_dnnl_memory_desc_t bias, const_dnnl_memory_desc_t destination,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
    dnnl_inner_product_desc_t operation;
    dnnl_status_t status =
        dnnl_inner_product_backward_weights_desc_init(&operation, source, weights, bias, destination);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

// 2.x has a separate primitive for pooling with dilated windows. The engine does not need it.
static inline dnnl_status_t dnnl_pooling_forward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t destination, const dnnl_dims_t strides,
    const dnnl_dims_t window, const dnnl_dims_t dilations, const dnnl_dims_t before, const dnnl_dims_t after,
    const_dnnl_primitive_attr_t attributes) {
    for (int side = 0; side < source->ndims - 2; side++)
        if (dilations[side] != 0) return dnnl_unimplemented;
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_forward_desc_init(
        &operation, kind, algorithm, source, destination, strides, window, before, after);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t dnnl_pooling_backward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t destination, const dnnl_dims_t strides,
    const dnnl_dims_t window, const dnnl_dims_t dilations, const dnnl_dims_t before, const dnnl_dims_t after,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attributes) {
    for (int side = 0; side < source->ndims - 2; side++)
        if (dilations[side] != 0) return dnnl_unimplemented;
    dnnl_pooling_desc_t operation;
    dnnl_status_t status = dnnl_pooling_backward_desc_init(
        &operation, algorithm, source, destination, strides, window, before, after);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

static inline dnnl_status_t dnnl_eltwise_forward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source, const_dnnl_memory_desc_t destination, float alpha, float beta,
    const_dnnl_primitive_attr_t attributes) {
    if (!dnnl_memory_desc_equal(source, destination)) return dnnl_unimplemented;
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status = dnnl_eltwise_forward_desc_init(&operation, kind, algorithm, source, alpha, beta);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
}

static inline dnnl_status_t dnnl_eltwise_backward_primitive_desc_create(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_alg_kind_t algorithm,
    const_dnnl_memory_desc_t source_gradient, const_dnnl_memory_desc_t destination_gradient,
    const_dnnl_memory_desc_t data, float alpha, float beta, const_dnnl_primitive_desc_t forward,
    const_dnnl_primitive_attr_t attributes) {
    if (!dnnl_memory_desc_equal(source_gradient, destination_gradient)) return dnnl_unimplemented;
    dnnl_eltwise_desc_t operation;
    dnnl_status_t status =
        dnnl_eltwise_backward_desc_init(&operation, algorithm, source_gradient, data, alpha, beta);
    return status != dnnl_success
        ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
}

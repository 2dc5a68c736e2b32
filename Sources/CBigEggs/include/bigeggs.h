/* The C ABI of BigEggs.
 *
 * Data sets, recorded results and weights, for a reader in another language. Everything is read-only.
 *
 * Handles. An object is named by a 64-bit number. A number that names nothing, because it was made up or
 * its object was released, gets BE_INVALID_HANDLE from every function; zero never names anything. Each
 * owner has a handle of its own: be_duplicate makes a further one for the same object, and the object
 * lives until the last of its handles is released.
 *
 * Views. A be_array and every text is memory of the object itself, not a copy. It stays where it is and
 * keeps its contents as long as the object lives; nobody but the object frees it or writes to it.
 *
 * Errors. Every function that can fail returns a be_status, and leaves its results untouched if that is
 * not BE_OK. be_last_error has the reason as a sentence. No argument, NULL included, ends the process; but
 * a pointer must be NULL or valid, and a text must end in a zero byte and be UTF-8.
 *
 * Threads. Every function may be called from any thread at any time.
 */
#ifndef BIGEGGS_H
#define BIGEGGS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this contract. It changes whenever a program compiled against the previous one could
 * misbehave with this one. */
#define BE_ABI_VERSION 1

/* The greatest number of dimensions of a be_array. */
#define BE_MAX_RANK 8

/* What became of a call. */
typedef enum be_status {
    BE_OK = 0,
    /* The handle names nothing, or an object of another kind. */
    BE_INVALID_HANDLE = 1,
    /* NULL where something must be given, a text that is not UTF-8, or a value that means nothing. */
    BE_INVALID_ARGUMENT = 2,
    /* There is nothing under this name, key path or index. */
    BE_NOT_FOUND = 3,
    /* There is something, but of another type than was asked for. */
    BE_WRONG_TYPE = 4,
    /* A file or download is missing, damaged or not what it should be. */
    BE_CANNOT_READ = 5
} be_status;

/* The type of the elements of a be_array. */
typedef enum be_dtype { BE_UINT8 = 1, BE_INT32 = 2, BE_FLOAT32 = 3, BE_FLOAT64 = 4 } be_dtype;

/* One of the two parts of a data set. */
typedef enum be_split { BE_TRAIN = 0, BE_TEST = 1 } be_split;

/* The type of a value in a record. */
typedef enum be_type {
    BE_NULL = 0,
    BE_BOOL = 1,
    BE_NUMBER = 2,
    BE_TEXT = 3,
    BE_LIST = 4,
    BE_OBJECT = 5
} be_type;

/* What stands where a transformed image would show something from outside the original. */
typedef enum be_fill_mode {
    BE_FILL_NEAREST = 0,
    BE_FILL_CONSTANT = 1,
    BE_FILL_REFLECT = 2,
    BE_FILL_WRAP = 3
} be_fill_mode;

/* The name of an object. */
typedef uint64_t be_handle;

/* A view of an array: contiguous and row-major, the last dimension the fastest. Without elements, `data`
 * may be anything. Dimensions of `shape` from `rank` on are zero. */
typedef struct be_array {
    const void *data;
    be_dtype dtype;
    int32_t rank;
    int64_t shape[BE_MAX_RANK];
} be_array;

/* One transformation of one image, with the keys and conventions of Keras's apply_transform: angles in
 * degrees, shifts in pixels, zooms as factors (1 for none), flips 0 or 1, `cval` the value that
 * BE_FILL_CONSTANT puts outside the image (0 to 255). */
typedef struct be_transform {
    double theta;
    double tx;
    double ty;
    double shear;
    double zx;
    double zy;
    int32_t flip_horizontal;
    int32_t flip_vertical;
    be_fill_mode fill_mode;
    float cval;
} be_transform;

/* ---- The library ------------------------------------------------------------------------------- */

/* The BE_ABI_VERSION that the library was built with; compare it with the header's before anything else. */
int32_t be_abi_version(void);

/* Why the last call that failed on this thread failed: one sentence, empty if none has failed. Valid until
 * the next failure on this thread. Never NULL. */
const char *be_last_error(void);

/* Makes a further handle, with a life of its own, for the object that `handle` names. */
be_status be_duplicate(be_handle handle, be_handle *duplicate);

/* Gives a handle back. The object goes with the last one, and all its views with it. */
be_status be_release(be_handle handle);

/* ---- Data sets --------------------------------------------------------------------------------- */

/* Loads a data set. `source` is "auto" (BIGEGGS_DATA, the cache, the official archive over the network, or
 * the stand-in), "cifar10", "fashion-mnist", or the path of a directory or an archive. Loading takes
 * seconds, or minutes with a download. */
be_status be_dataset_open(const char *source, be_handle *dataset);

/* The data set's name, such as "CIFAR-10". */
be_status be_dataset_name(be_handle dataset, const char **name);

/* The checksum of what was loaded, as records have it: "md5:" and hexadecimal digits. */
be_status be_dataset_checksum(be_handle dataset, const char **checksum);

/* The number of classes. */
be_status be_dataset_class_count(be_handle dataset, int64_t *count);

/* The name of the class of label `index`. */
be_status be_dataset_class_name(be_handle dataset, int64_t index, const char **name);

/* The number of images of a split. */
be_status be_dataset_count(be_handle dataset, be_split split, int64_t *count);

/* The images of a split: BE_UINT8, [count, height, width, channels], 0 to 255. */
be_status be_dataset_images(be_handle dataset, be_split split, be_array *images);

/* The labels of a split: BE_INT32, [count]. */
be_status be_dataset_labels(be_handle dataset, be_split split, be_array *labels);

/* Transforms the image `index` of a split as the augmented training does, into `pixels`:
 * [height, width, channels], 0 to 255, interpolated bilinearly and not rounded. `capacity` is the number of
 * floats that `pixels` has room for, at least height * width * channels. */
be_status be_dataset_augment(be_handle dataset, be_split split, int64_t index, const be_transform *transform,
                             float *pixels, int64_t capacity);

/* ---- Records ----------------------------------------------------------------------------------- */

/* A key path names a value in a record: keys of objects and indices of lists, joined by full stops, such as
 * "results.demo.3.confidence". The empty path names the whole record; a key with a full stop in it has no
 * path. */

/* Opens the recorded results of a section. */
be_status be_record_open(const char *path, be_handle *record);

/* The type of the value at a key path; BE_NOT_FOUND if there is none. */
be_status be_record_type(be_handle record, const char *key_path, be_type *type);

/* A BE_BOOL as 0 or 1. */
be_status be_record_bool(be_handle record, const char *key_path, int32_t *value);

/* A BE_NUMBER. */
be_status be_record_number(be_handle record, const char *key_path, double *value);

/* A BE_TEXT. */
be_status be_record_text(be_handle record, const char *key_path, const char **text);

/* A BE_LIST of numbers, or of lists of one length and so on: BE_FLOAT64, one dimension a level of lists. An
 * empty list has the shape [0]. BE_WRONG_TYPE for any other list. */
be_status be_record_array(be_handle record, const char *key_path, be_array *array);

/* The number of elements of a BE_LIST or of keys of a BE_OBJECT. */
be_status be_record_count(be_handle record, const char *key_path, int64_t *count);

/* The key `index` of a BE_OBJECT; keys are in alphabetical order. */
be_status be_record_key(be_handle record, const char *key_path, int64_t index, const char **key);

/* ---- Weights ----------------------------------------------------------------------------------- */

/* Opens the weights of a trained model, a safetensors file. */
be_status be_weights_open(const char *path, be_handle *weights);

/* The number of tensors. */
be_status be_weights_count(be_handle weights, int64_t *count);

/* The name of the tensor `index`, such as "conv2d/kernel"; in the order of the file. */
be_status be_weights_name(be_handle weights, int64_t index, const char **name);

/* The tensor of a name: BE_FLOAT32, in the shape that the file gives it. */
be_status be_weights_tensor(be_handle weights, const char *name, be_array *tensor);

#ifdef __cplusplus
}
#endif

#endif

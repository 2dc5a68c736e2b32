/* The C ABI of BigEggs.
 *
 * Build, train and use networks, and read data sets, recorded results and weights, from another language.
 *
 *     be_handle model, images, history;
 *     be_model_create("{\"input\": [32, 32, 3], \"seed\": 7}", &model);
 *     be_model_add(model, "Conv2D", "{\"filters\": 32, \"kernel_size\": 3, \"activation\": \"relu\"}");
 *     be_model_add(model, "Flatten", NULL);
 *     be_model_add(model, "Dense", "{\"units\": 10, \"activation\": \"softmax\"}");
 *     be_model_compile(model, "Adam", NULL, "sparse_categorical_crossentropy");
 *     be_images_create(&pixels, &labels, "{\"rescale\": 0.00392156862745098}", &images);
 *     be_model_fit(model, images, 0, 0, "{\"batch_size\": 128, \"epochs\": 5}", progress, NULL, &history);
 *
 * Link with -lbigeggs_c; `pkg-config --cflags --libs bigeggs` prints the flags.
 *
 * Handles. A handle is a 64-bit number that names an object. Every function returns BE_INVALID_HANDLE for a
 * handle that was never issued or was released; zero is never a valid handle. be_duplicate makes another handle
 * for the same object. The object lives until its last handle is released.
 *
 * Views. A be_array or a text that a function returns is the object's own memory, not a copy. It is valid and
 * unchanged as long as the object lives; do not free it or write to it. The memory of a be_array that the caller
 * passes still belongs to the caller. be_images_create says how long its arrays must stay valid; all other functions
 * use an array only during the call.
 *
 * Settings. Functions with many settings take them as a JSON object with Keras's names, such as
 * "{\"filters\": 32, \"padding\": \"same\"}". NULL stands for "{}". A setting that is missing or null has Keras's
 * default. Below, a value in parentheses after a setting is its default. An unknown setting gives
 * BE_INVALID_ARGUMENT, and the error lists the known ones. JSON has no infinite numbers: where an infinite number is
 * allowed, write the text "inf" or "-inf". Errors name arguments as Keras does.
 *
 * Errors. Every function that can fail returns a be_status, and leaves its results untouched if the status is
 * not BE_OK. be_last_error returns the reason as a sentence. No argument, NULL included, ends the process; but
 * a pointer must be NULL or valid, and a text must be UTF-8 and end in a zero byte.
 *
 * Threads. Every function may be called from any thread at any time. Calls on one model run one after another:
 * a call while another thread trains the model waits until the training ends. The progress callback of a training
 * may use the model, but must not train it.
 *
 * Processes. After a fork both processes may continue, and each has its own copy of every object under the same
 * handle. If any call was running at the time of the fork, functions that use a model or a callback, and
 * be_generator_batch, return BE_FAILED in the child: start a new process instead.
 */
#ifndef BIGEGGS_H
#define BIGEGGS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of BigEggs. The command, the packages and pkg-config take it from here. */
#define BE_VERSION "0.2.0"

/* The version of this ABI. It changes whenever a program compiled against the previous version could
 * misbehave with the new one. */
#define BE_ABI_VERSION 5

/* The maximum number of dimensions of a be_array. */
#define BE_MAX_RANK 8

/* The result of a call. */
typedef enum be_status {
    BE_OK = 0,
    /* The handle names no object, or an object of another kind. */
    BE_INVALID_HANDLE = 1,
    /* NULL for a required argument, a text that is not UTF-8, or an invalid value. */
    BE_INVALID_ARGUMENT = 2,
    /* This name, key path or index does not exist. */
    BE_NOT_FOUND = 3,
    /* The value has another type than the one requested. */
    BE_WRONG_TYPE = 4,
    /* A file or download is missing, damaged or of the wrong kind. */
    BE_CANNOT_READ = 5,
    /* A file cannot be written; an earlier file at its path is unchanged. */
    BE_CANNOT_WRITE = 6,
    /* The callback ended the training. The model has the weights of the last step. */
    BE_STOPPED = 7,
    /* The call is not allowed in this state: adding a layer to a model after its first use, training a model that
     * is not compiled, or training it from the callback of its own training. */
    BE_WRONG_STATE = 8,
    /* The computation failed: a loss that is not finite, no memory for a batch, or a process forked while a call was
     * running. */
    BE_FAILED = 9
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

/* How a transformed image is filled where it reaches outside the original. */
typedef enum be_fill_mode {
    BE_FILL_NEAREST = 0,
    BE_FILL_CONSTANT = 1,
    BE_FILL_REFLECT = 2,
    BE_FILL_WRAP = 3
} be_fill_mode;

/* A handle of an object. */
typedef uint64_t be_handle;

/* A view of an array: contiguous and row-major, the last dimension the fastest. `data` is ignored if the array
 * is empty. Entries of `shape` from `rank` on are zero. */
typedef struct be_array {
    const void *data;
    be_dtype dtype;
    int32_t rank;
    int64_t shape[BE_MAX_RANK];
} be_array;

/* One transformation of one image, with the keys and conventions of Keras's apply_transform. Angles are in
 * degrees, shifts in pixels; zooms are factors (1 for none), flips 0 or 1. `cval` (0 to 255) is the fill value of
 * BE_FILL_CONSTANT. */
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

/* The BE_ABI_VERSION that the library was built with. Compare it with that of the header before any other
 * call. */
int32_t be_abi_version(void);

/* The BE_VERSION that the library was built with. Never NULL. */
const char *be_version(void);

/* The reason of the last failure on this thread: one sentence, empty if no call has failed. Valid until the
 * next failure on this thread. Never NULL. */
const char *be_last_error(void);

/* Wilson's score interval: the 95 % confidence interval of a proportion with `correct` successes in `count`
 * trials. With `count` 0 the interval is 0 to 1. */
be_status be_wilson_interval(int64_t correct, int64_t count, double *low, double *high);

/* Makes another handle for the object of `handle`. Both handles must be released. */
be_status be_duplicate(be_handle handle, be_handle *duplicate);

/* Releases a handle. The last release frees the object and invalidates its views. */
be_status be_release(be_handle handle);

/* ---- Data sets --------------------------------------------------------------------------------- */

/* Downloads the file at `address` to `path`, on the thread that called be_dataset_open. Must stop after `limit` bytes.
 * Returns 0 on success, or an error:
 *
 *     1  the file cannot be reached, for example without a network
 *     2  the transfer was cut off
 *     3  `path` cannot be written
 *     4  the file has more than `limit` bytes
 *     5  the server sent a web page instead of the file
 *
 * After 1, 3 and 5 the source "auto" uses Fashion-MNIST instead. With 1, 2 and 3 the function writes the reason, a
 * zero-terminated text, into the `capacity` bytes at `reason`. */
typedef int32_t (*be_fetch_callback)(const char *address, const char *path, int64_t limit, char *reason,
                                     int64_t capacity, void *context);

/* Sets the download function; NULL restores the built-in one. `callback` and `context` must stay valid until all
 * downloads that use them have ended. The library in the Python package has no built-in download. */
be_status be_dataset_set_fetch(be_fetch_callback callback, void *context);

/* Loads a data set. This takes seconds, or minutes with a download. `source`:
 *
 *     "auto"           the first of these that is there: the path in the environment variable BIGEGGS_DATA, the cached
 *                      archive of CIFAR-10, the official archive over the network, Fashion-MNIST
 *     "cifar10"        as "auto", but never Fashion-MNIST
 *     "fashion-mnist"
 *     another text     the path of a directory or an archive */
be_status be_dataset_open(const char *source, be_handle *dataset);

/* The data set's name, such as "CIFAR-10". */
be_status be_dataset_name(be_handle dataset, const char **name);

/* The checksum of the loaded data, in the format of records: "md5:" and hexadecimal digits. */
be_status be_dataset_checksum(be_handle dataset, const char **checksum);

/* The number of classes. */
be_status be_dataset_class_count(be_handle dataset, int64_t *count);

/* The name of the class with label `index`. */
be_status be_dataset_class_name(be_handle dataset, int64_t index, const char **name);

/* The number of images of a split. */
be_status be_dataset_count(be_handle dataset, be_split split, int64_t *count);

/* The images of a split: BE_UINT8, [count, height, width, channels], 0 to 255. */
be_status be_dataset_images(be_handle dataset, be_split split, be_array *images);

/* The labels of a split: BE_INT32, [count]. */
be_status be_dataset_labels(be_handle dataset, be_split split, be_array *labels);

/* Transforms image `index` of a split as augmented training does. `pixels` gets [height, width, channels],
 * 0 to 255, interpolated bilinearly and not rounded. `capacity` is the number of floats that `pixels` has room
 * for, at least height * width * channels. */
be_status be_dataset_augment(be_handle dataset, be_split split, int64_t index, const be_transform *transform,
                             float *pixels, int64_t capacity);

/* ---- Records ----------------------------------------------------------------------------------- */

/* A key path names a value in a record: keys of objects and indices of lists, joined by full stops, such as
 * "results.demo.3.confidence". The empty path names the whole record. A key that contains a full stop cannot be
 * reached. */

/* Opens a record: a JSON file of results. */
be_status be_record_open(const char *path, be_handle *record);

/* The type of the value at a key path; BE_NOT_FOUND if there is none. */
be_status be_record_type(be_handle record, const char *key_path, be_type *type);

/* The BE_BOOL at a key path, as 0 or 1. */
be_status be_record_bool(be_handle record, const char *key_path, int32_t *value);

/* The BE_NUMBER at a key path. */
be_status be_record_number(be_handle record, const char *key_path, double *value);

/* The BE_TEXT at a key path. */
be_status be_record_text(be_handle record, const char *key_path, const char **text);

/* The BE_LIST at a key path, of numbers or of nested lists of equal lengths, as an array of BE_FLOAT64 with one
 * dimension per level of lists. An empty list has the shape [0]. BE_WRONG_TYPE for any other list. */
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

/* The name of tensor `index`, such as "conv2d/kernel", in the order of the file. */
be_status be_weights_name(be_handle weights, int64_t index, const char **name);

/* The tensor with a name: BE_FLOAT32, in the shape that the file gives it. */
be_status be_weights_tensor(be_handle weights, const char *name, be_array *tensor);

/* ---- Images ------------------------------------------------------------------------------------ */

/* The input of models: images and a label for each. Predictions need no labels. */

/* Images in the caller's memory, not copied: `images->data` must stay valid and unchanged until the last handle
 * of these images is released.
 *
 * `images`: BE_UINT8 or BE_FLOAT32, [count, height, width, channels], or [count, features] for a network that
 * takes vectors. `labels`: class numbers from 0, BE_INT32 or BE_UINT8, [count] or [count, 1]. Labels are copied, and
 * may be NULL for predictions.
 *
 * Settings: "classes", the number of classes (greatest label + 1); "rescale", a factor that multiplies every value
 * before the network (1; use 1/255 to map bytes to [0, 1]); "first_index", the index of the first image in error
 * messages, for an array that is passed in parts (0). */
be_status be_images_create(const be_array *images, const be_array *labels, const char *settings,
                           be_handle *result);

/* The images of a split of a data set; they share its memory. Settings: "rescale", as above; "limit", to take only
 * this many of the first images (all). */
be_status be_images_of_dataset(be_handle dataset, be_split split, const char *settings, be_handle *images);

/* The number of images. */
be_status be_images_count(be_handle images, int64_t *count);

/* ---- Augmentation ------------------------------------------------------------------------------ */

/* A generator of random transformations, Keras's ImageDataGenerator. Settings: "rotation_range" (degrees),
 * "width_shift_range" and "height_shift_range" (a value below 1 is a fraction of the size, a value from 1 on is in
 * pixels), "shear_range" (degrees), "zoom_range" (z for factors from 1 - z to 1 + z, or [least, greatest]),
 * "fill_mode" ("nearest", "constant", "reflect", "wrap"), "cval", "horizontal_flip", "vertical_flip",
 * "alternating_flip" (flips each image in every other epoch), "whole_pixel_shifts" and "random_resized_crop" (cuts out
 * a part and scales it up; the value is the part's smallest area, as a fraction of the image's; 0 for none).
 *
 * Three settings act only in be_model_fit and be_generator_batch: "cutout" (the side in pixels of a square that is
 * filled with "cval"; 0), "color_jitter" (z: multiplies brightness, contrast and saturation by factors from 1 - z to
 * 1 + z, on values from 0 to 255) and "rescale" (a factor for every value after the transformation; 1). */
be_status be_generator_create(const char *settings, be_handle *generator);

/* Draws the transformation of one image. It depends only on `seed`, `epoch` and `sample` (the image's number in its
 * data set), not on earlier draws. `height` and `width` are those of the image, because shifts may be fractions of
 * them. */
be_status be_generator_draw(be_handle generator, uint64_t seed, int64_t epoch, int64_t sample, int64_t height,
                            int64_t width, be_transform *transform);

/* Batch `batch` of a pass through the images: the batch that be_model_fit trains on with a model of the same seed.
 * Settings: "batch_size" (32), "shuffle" (true), "seed" (0), and "pass" (0); each pass has its own order and
 * transformations. `pixels` gets [count, height, width, channels], `indices` the number of each image among
 * `images`. Both must have room for a whole batch; `capacity` is the number of floats in `pixels`. `count` gets the
 * number of images, which may be smaller in the last batch. */
be_status be_generator_batch(be_handle generator, be_handle images, const char *settings, int64_t batch,
                             float *pixels, int64_t capacity, int64_t *indices, int64_t *count);

/* Transforms an image and writes it to `pixels`: [height, width, channels], interpolated bilinearly and not
 * rounded. `image`: BE_UINT8 or BE_FLOAT32, [height, width, channels]. `capacity` is the number of floats that
 * `pixels` has room for. */
be_status be_transform_image(const be_array *image, const be_transform *transform, float *pixels,
                             int64_t capacity);

/* ---- Models ------------------------------------------------------------------------------------ */

/* A model without layers. Settings:
 *
 *     "input"        the shape of one input, [height, width, channels] or [features] (required)
 *     "rescale"      a factor for every input value before the first layer, besides the images' "rescale" (1)
 *     "seed"         the seed of initial weights, shuffling, dropout and augmentation (0)
 *     "precision"    the precision of activations: "float32", "bfloat16", or "auto" for the faster one on this
 *                    processor ("float32")
 *     "threads"      the number of threads (OMP_NUM_THREADS, or the number of processors that the process may use)
 *     "convolution"  "automatic", or "direct" to exclude Winograd's algorithm ("automatic") */
be_status be_model_create(const char *settings, be_handle *model);

/* Adds a layer to a model that has not been used yet. The output of the last layer is the output of the model. `kind`
 * is Keras's class name; settings are Keras's, with Keras's defaults:
 *
 *     Conv2D                   "filters", "kernel_size", "strides", "padding", and kernel settings
 *     DepthwiseConv2D          "kernel_size", "strides", "padding", "depth_multiplier", and kernel settings, with
 *                              "depthwise_initializer" and "depthwise_regularizer" in place of the kernel's
 *     SeparableConv2D          as DepthwiseConv2D, and "filters"; initializer and regularizer apply to both kernels
 *     Dense                    "units", and kernel settings
 *     BatchNormalization       "momentum", "epsilon", "center", "scale", "trainable"
 *     LayerNormalization       "epsilon", "center", "scale"
 *     MaxPooling2D             "pool_size", "strides", "padding"
 *     AveragePooling2D         "pool_size", "strides", "padding"
 *     GlobalAveragePooling2D
 *     GlobalMaxPooling2D
 *     ZeroPadding2D            "padding": a number, or [[top, bottom], [left, right]]
 *     Rescaling                "scale", "offset"
 *     Flatten
 *     Activation               "activation"
 *     LeakyReLU                "negative_slope"
 *     ELU                      "alpha"
 *     Dropout                  "rate"
 *     SpatialDropout2D         "rate"
 *     GaussianNoise            "stddev"
 *     Add, Concatenate
 *
 * Kernel settings are "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer" and
 * "trainable". Training does not change a layer with "trainable": false. With "kernel_trainable": false it changes
 * the bias of a Conv2D but not the kernel.
 *
 * An initializer is "zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
 * "lecun_normal", "random_uniform", "random_normal", "truncated_normal", "identity" or "partial_identity" (a
 * convolution's first outputs are its inputs, the others random). A regularizer is {"l1": a number, "l2": a number}.
 * An activation is "linear", "relu", "gelu", "gelu_tanh" (Keras's gelu(approximate=True)), "silu", "leaky_relu" (with
 * slope 0.2), "elu", "tanh", "sigmoid" or "softmax". Only an Activation or a Dense may have "softmax", and only at the
 * end of a model.
 *
 * Every layer has "name", which must not be "input", and "inputs": a list of the layers that it reads, by name, with
 * "input" for the model's input. These layers must have been added before. Without "inputs" a layer reads the layer
 * added before it. A layer without a name gets Keras's default name: "conv2d", "conv2d_1" and so on. The output must
 * depend on every layer. "padding" is "valid" or "same"; sizes and strides are one number for both directions. */
be_status be_model_add(be_handle model, const char *kind, const char *settings);

/* Describes a model as a record: "input" and "output" (shapes), "seed", "precision", "threads", "follows_schedule"
 * (whether the learning rate follows a schedule), "parameters" (the number of all parameters), "trainable" (the
 * number of trainable parameters) and "layers". Each layer has "name", "class_name", "inputs" (names of layers,
 * "input" for the model's input), "output" (shape), "parameters", and "config", the settings that create the same
 * layer. */
be_status be_model_describe(be_handle model, be_handle *record);

/* Chooses the optimizer and the loss. `optimizer` is Keras's class name; settings are Keras's:
 *
 *     Adam     "learning_rate" (0.001), "beta_1" (0.9), "beta_2" (0.999), "epsilon" (1e-7), "weight_decay" (0)
 *     AdamW    as Adam, with "weight_decay" (0.004)
 *     SGD      "learning_rate" (0.01), "momentum" (0), "nesterov" (false), "weight_decay" (0)
 *     RMSprop  "learning_rate" (0.001), "rho" (0.9), "momentum" (0), "epsilon" (1e-7), "centered" (false),
 *              "weight_decay" (0)
 *     Muon     "learning_rate" (0.02), "momentum" (0.95), "nesterov" (true), "ns_steps" (5),
 *              "normalize_kernels" (false), "weight_decay" (0); only for kernels, so "groups" must name another
 *              optimizer for the other parameters
 *
 * Each also takes one of "clipvalue", "clipnorm" and "global_clipnorm", and "groups": a list of objects with "ending"
 * and "optimizer". A parameter gets the optimizer of the first group whose "ending", such as "/bias", is the end of the
 * parameter's name. An optimizer of a group is, as in Keras, {"class_name": "SGD", "config": {settings}}.
 *
 * A learning rate is a number or a schedule:
 *
 *     {"class_name": "CosineDecay", "config": {"initial_learning_rate", "decay_steps", "alpha", "warmup_target",
 *                                              "warmup_steps"}}
 *     {"class_name": "PolynomialDecay", "config": {"initial_learning_rate", "decay_steps", "end_learning_rate",
 *                                                  "power"}}
 *     {"class_name": "OneCycle", "config": {"max_learning_rate", "total_steps", "pct_start", "div_factor",
 *                                           "final_div_factor"}}
 *
 * OneCycle is PyTorch's. `loss` is "sparse_categorical_crossentropy" or "categorical_crossentropy", which are the
 * same here, because labels are always class numbers. The optimizer's state is reset. */
be_status be_model_compile(be_handle model, const char *optimizer, const char *settings, const char *loss);

/* An event of a training. */
typedef enum be_event {
    BE_TRAIN_BEGIN = 0,
    BE_EPOCH_BEGIN = 1,
    BE_BATCH_END = 2,
    BE_EPOCH_END = 3,
    BE_TRAIN_END = 4,
    BE_TEST_BATCH_END = 5
} be_event;

/* The argument of a progress callback. All pointers are valid only during the call. */
typedef struct be_progress {
    be_event event;
    int32_t metric_count;
    /* The epoch, counted from 0. */
    int64_t epoch;
    /* The maximum number of epochs. */
    int64_t epochs;
    /* Counted from 0: with BE_BATCH_END the step within its epoch, with BE_TEST_BATCH_END the batch within the
     * validation. */
    int64_t step;
    /* The number of steps in an epoch. */
    int64_t steps;
    /* With BE_BATCH_END "loss" and "accuracy", the means of the epoch so far; with BE_EPOCH_END also
     * "learning_rate" and, with a validation, "val_loss" and "val_accuracy". */
    const char *const *metric_names;
    /* The values, in the order of `metric_names`. */
    const double *metrics;
} be_progress;

/* Called for each event of a training, on the thread that called be_model_fit. Return 0 to continue; any other
 * value ends the training at once, with BE_STOPPED. */
typedef int32_t (*be_progress_callback)(const be_progress *progress, void *context);

/* The rank of this process and the number of processes, if a launcher such as mpirun has started several; otherwise 0
 * and 1. Starts MPI if the process has not started it yet. Both arguments may be NULL. */
be_status be_world(int64_t *rank, int64_t *size);

/* Trains a model.
 *
 * `validation` is evaluated after each epoch. `generator` transforms every image anew in every epoch. Both may be
 * zero. Settings:
 *
 *     "batch_size"        images per step (32)
 *     "epochs"            the number of epochs, including those before "initial_epoch" (1)
 *     "initial_epoch"     the first epoch, counted from 0 (0)
 *     "steps_per_epoch"   the number of steps in an epoch (that of one pass through all images)
 *     "shuffle"           whether each pass takes the images in a new order (true)
 *     "validation_split"  the fraction of the images, from their end, that is held out and evaluated in place of
 *                         `validation` (0)
 *     "terminate_on_nan"  whether a loss that is not finite ends the training without an error (false)
 *     "communicator"      "world" to train together with the other processes of be_world (none)
 *     "local_statistics"  with "communicator": whether batch normalization uses the statistics of each process's own
 *                         images (false)
 *     "fixed_parts"       the number of parts of every batch that are summed separately, a power of two. Every number
 *                         of processes that divides this number gives the same bits. Set it before the model runs (the
 *                         number set earlier, or none)
 *
 * `progress` may be NULL; it gets `context`. With "communicator" only the first process calls it. `history` gets a
 * record with a list for each metric, one value per epoch, and "seconds"; it may be NULL.
 *
 * Every training of a model draws new orders of the images, transformations and dropout masks. A model with the same
 * "seed" repeats them all. If "initial_epoch" is given, even as 0, earlier trainings do not count: orders and
 * transformations are those of a new model from this epoch on. */
be_status be_model_fit(be_handle model, be_handle images, be_handle validation, be_handle generator,
                       const char *settings, be_progress_callback progress, void *context,
                       be_handle *history);

/* One training step on all images as one batch. `loss` and `accuracy` are those before the update; both may be
 * NULL. */
be_status be_model_train_on_batch(be_handle model, be_handle images, double *loss, double *accuracy);

/* Loss and accuracy in inference mode. `loss` and `accuracy` may be NULL. Settings:
 *
 *     "batch_size"    images per step (32)
 *     "communicator"  "world" to share the work with the other processes of be_world, which all get the result (none)
 */
be_status be_model_evaluate(be_handle model, be_handle images, const char *settings, double *loss,
                            double *accuracy);

/* The output for every image in inference mode. `output` gets [count] + the output's shape; `capacity` is the number of
 * floats that it has room for. Settings as in be_model_evaluate. */
be_status be_model_predict(be_handle model, be_handle images, const char *settings, float *output,
                           int64_t capacity);

/* The optimizer's learning rate; BE_WRONG_STATE before be_model_compile. */
be_status be_model_learning_rate(be_handle model, double *rate);

/* Sets the optimizer's learning rate, from the next step on. */
be_status be_model_set_learning_rate(be_handle model, double rate);

/* Whether the training will end after its current epoch: 0 or 1. */
be_status be_model_stop_training(be_handle model, int32_t *stop);

/* Ends the training after its current epoch (1), or lets it continue (0). Call it from the callback of the training. */
be_status be_model_set_stop_training(be_handle model, int32_t stop);

/* A copy of the model's current weights, moving statistics included, to be read with be_weights_…. Names, shapes
 * and order are Keras's. */
be_status be_model_weights(be_handle model, be_handle *weights);

/* Replaces `count` of the model's weights; the others stay. `tensors[i]`: BE_FLOAT32, the new value of weight
 * `names[i]`, in its shape. If any tensor does not fit, no weight is replaced. */
be_status be_model_set_weights(be_handle model, int64_t count, const char *const *names,
                               const be_array *tensors);

/* Writes all weights, named and shaped as in Keras, and the model's layers to a safetensors file.
 * Settings: "class_names", a list with a text for each output, in the order of the labels (none). */
be_status be_model_save(be_handle model, const char *path, const char *settings);

/* A model from a file that be_model_save wrote. Settings are those of be_model_create except "input"; the default of
 * "rescale" is the saved one. The model is not compiled. */
be_status be_model_load(const char *path, const char *settings, be_handle *model);

/* Loads the weights of a model from a safetensors file. If they do not fit, the model is unchanged. */
be_status be_model_load_weights(be_handle model, const char *path);

/* Writes the model, layers and weights, to an ONNX file (operator set 17). The input of its graph is a float32 tensor:
 * "images", [batch, height, width, channels], or "vectors", [batch, features]. The graph begins with the
 * multiplication by the model's "rescale". Its output is "probabilities", or "output" without a softmax. Settings:
 * "class_names", a list with a text for each output, in the order of the labels (none). */
be_status be_model_export_onnx(be_handle model, const char *path, const char *settings);

/* ---- Copies ------------------------------------------------------------------------------------ */

/* The whole model as bytes: settings, layers, weights, arguments of be_model_compile, the optimizer's state and the
 * state of random draws. BE_WRONG_STATE from the callback of the model's own training. */
be_status be_model_snapshot(be_handle model, be_handle *snapshot);

/* A model from the bytes of a snapshot, BE_UINT8 [count], made by this or another process with the same version of the
 * library. On the same machine, further training of this model gives the same bits as that of the original. */
be_status be_model_restore(const be_array *snapshot, be_handle *model);

/* The state of a callback, as bytes. */
be_status be_callback_snapshot(be_handle callback, be_handle *snapshot);

/* Restores a callback's state from the snapshot of a callback of the same kind and settings. */
be_status be_callback_restore(be_handle callback, const be_array *snapshot);

/* The bytes of a snapshot: BE_UINT8, [count]. */
be_status be_snapshot_bytes(be_handle snapshot, be_array *bytes);

/* ---- Callbacks --------------------------------------------------------------------------------- */

/* Keras's callbacks, and WeightAveraging. They change the learning rate, the weights and the stop flag of a model.
 * Call the functions below from the progress callback of be_model_fit, one for each event. */

/* Creates a callback. `kind` and settings are Keras's, except for WeightAveraging, which Keras does not have:
 *
 *     EarlyStopping        "monitor", "min_delta", "patience", "mode", "baseline", "restore_best_weights",
 *                          "start_from_epoch"
 *     ReduceLROnPlateau    "monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr"
 *     ModelCheckpoint      "filepath", "monitor", "save_best_only", "save_weights_only", "mode", "save_freq",
 *                          "initial_value_threshold"
 *     CSVLogger            "filename", "separator", "append"
 *     TerminateOnNaN
 *     WeightAveraging      "momentum", "interval"
 *
 * "baseline", "min_delta" and "initial_value_threshold" may be infinite. "save_freq" is "epoch" or a number of
 * steps. A ModelCheckpoint writes the files of be_model_save without class names; with "save_weights_only" also
 * without layers. */
be_status be_callback_create(const char *kind, const char *settings, be_handle *callback);

/* Before the first epoch. Resets the callback's state, but a ModelCheckpoint keeps its best value. */
be_status be_callback_on_train_begin(be_handle callback, be_handle model);

/* Before an epoch, counted from 0. Needed only for WeightAveraging and a ModelCheckpoint with a "save_freq" in
 * steps. */
be_status be_callback_on_epoch_begin(be_handle callback, be_handle model, int64_t epoch);

/* After a step, counted from 0, with `count` metrics. Needed only for WeightAveraging, TerminateOnNaN and a
 * ModelCheckpoint with a "save_freq" in steps. */
be_status be_callback_on_batch_end(be_handle callback, be_handle model, int64_t batch, int64_t count,
                                   const char *const *names, const double *values);

/* After an epoch, counted from 0, with `count` metrics. */
be_status be_callback_on_epoch_end(be_handle callback, be_handle model, int64_t epoch, int64_t count,
                                   const char *const *names, const double *values);

/* After the last epoch. */
be_status be_callback_on_train_end(be_handle callback, be_handle model);

/* The results of a callback, as a record. EarlyStopping: "stopped_epoch" (null if it did not stop the training),
 * "best_epoch" and "best" (null before the first epoch). ModelCheckpoint: "saved", the files written in this
 * training, and "best" (null while there is no best value). Others: an empty object. */
be_status be_callback_describe(be_handle callback, be_handle *record);

/* ---- For tests against other libraries --------------------------------------------------------- */

/* The parts of a training step, to compare them with those of another library. All images are one batch. Dropout
 * draws the masks of step `step`. In training mode batch normalization updates its moving statistics. A set of
 * gradients or moments has one BE_FLOAT32 tensor for each trainable weight, with its name and shape. Read a set with
 * be_weights_…, and pass a set in the form that be_model_set_weights takes. */

/* Computes the output in training (1) or inference mode (0). `output` and `capacity` are as in be_model_predict. */
be_status be_test_forward(be_handle model, be_handle images, int32_t training, int64_t step, float *output,
                          int64_t capacity);

/* The mean loss, and the gradient of every trainable weight. Weights do not change. */
be_status be_test_gradients(be_handle model, be_handle images, int64_t step, double *loss,
                            be_handle *gradients);

/* The gradient of every trainable weight for a given gradient of the output: BE_FLOAT32, [count] + the
 * output's shape. If the model ends in a softmax, give the gradient of the values before the softmax. */
be_status be_test_backward(be_handle model, be_handle images, int64_t step, const be_array *output_gradient,
                           be_handle *gradients);

/* One step of the optimizer with given gradients of all trainable weights. */
be_status be_test_apply_gradients(be_handle model, int64_t count, const char *const *names,
                                  const be_array *gradients);

/* The number of steps that the optimizer has taken, and its first and second moments. */
be_status be_test_optimizer(be_handle model, int64_t *steps, be_handle *first, be_handle *second);

/* Replaces the optimizer's state: `first[i]` and `second[i]` are the moments of the weight `names[i]`. */
be_status be_test_set_optimizer(be_handle model, int64_t steps, int64_t count, const char *const *names,
                                const be_array *first, const be_array *second);

#ifdef __cplusplus
}
#endif

#endif

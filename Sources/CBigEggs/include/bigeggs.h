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
 * Link with -lbigeggs_c; `pkg-config --cflags --libs bigeggs` says how.
 *
 * Handles. An object is named by a 64-bit number. A number that names nothing, because it was made up or
 * its object was released, gets BE_INVALID_HANDLE from every function; zero never names anything. Each
 * owner has a handle of its own: be_duplicate makes a further one for the same object, and the object
 * lives until the last of its handles is released.
 *
 * Views. A be_array and every text that a function gives is memory of the object itself, not a copy. It
 * stays where it is and keeps its contents as long as the object lives; nobody but the object frees it or
 * writes to it. A be_array that a function is given is the caller's; be_images_create says how long it must
 * stay, and every other function has done with it when it returns.
 *
 * Settings. What has many settings takes them as a JSON object with Keras's names, such as
 * "{\"filters\": 32, \"padding\": \"same\"}". NULL stands for "{}"; what is missing or null has Keras's default;
 * a name that means nothing is BE_INVALID_ARGUMENT, with those that there are. JSON has no infinite numbers:
 * where one makes sense it is the text "inf" or "-inf". Errors name arguments as Keras does.
 *
 * Errors. Every function that can fail returns a be_status, and leaves its results untouched if that is
 * not BE_OK. be_last_error has the reason as a sentence. No argument, NULL included, ends the process; but
 * a pointer must be NULL or valid, and a text must end in a zero byte and be UTF-8.
 *
 * Threads. Every function may be called from any thread at any time. What works on one model takes turns:
 * a call that comes while another thread trains the model waits for the end of the training. The callback of
 * a training may use the model that is trained, and may not train it.
 *
 * Processes. A process may be forked, and both may go on; each handle then names an object in each of them. If
 * any call was at work at that moment, the forked process gets BE_FAILED from what would work with a model, a
 * callback or a generator: start a fresh process instead.
 */
#ifndef BIGEGGS_H
#define BIGEGGS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of BigEggs: the command, the packages and pkg-config take it from here. */
#define BE_VERSION "0.2.0"

/* The version of this contract. It changes whenever a program compiled against the previous one could
 * misbehave with this one. */
#define BE_ABI_VERSION 5

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
    BE_CANNOT_READ = 5,
    /* A file cannot be written; what was there before is unharmed. */
    BE_CANNOT_WRITE = 6,
    /* The callback ended the training. The model has the weights of the last step. */
    BE_STOPPED = 7,
    /* It is not the time for this call: a model that is used already gets no more layers, one that is not
     * compiled cannot be trained, one that is being trained cannot be trained by its own callback. */
    BE_WRONG_STATE = 8,
    /* The computation failed: a loss that is no number, no memory for a batch, or a process that was forked from
     * one that was at work. */
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

/* The BE_VERSION that the library was built with. Never NULL. */
const char *be_version(void);

/* Why the last call that failed on this thread failed: one sentence, empty if none has failed. Valid until
 * the next failure on this thread. Never NULL. */
const char *be_last_error(void);

/* Wilson's score interval: the ends between which the true share of a kind lies with 95 % confidence, of which there
 * are `correct` among `count` things. Without any thing that is all of 0 to 1. */
be_status be_wilson_interval(int64_t correct, int64_t count, double *low, double *high);

/* Makes a further handle, with a life of its own, for the object that `handle` names. */
be_status be_duplicate(be_handle handle, be_handle *duplicate);

/* Gives a handle back. The object goes with the last one, and all its views with it. */
be_status be_release(be_handle handle);

/* ---- Data sets --------------------------------------------------------------------------------- */

/* Transfers the file at a web address to `path`, on the thread that called be_dataset_open. Stops after `limit` bytes.
 * Returns 0 when the whole file is there; else what went wrong:
 *
 *     1  the file is out of reach, as without a network: "auto" takes the stand-in (as with 3 and 5)
 *     2  the transfer began and broke off
 *     3  `path` cannot be written
 *     4  the file has more than `limit` bytes
 *     5  a web page came in place of the file
 *
 * and with 1, 2 and 3 writes a reason, a text that ends in 0, into the `capacity` bytes at `reason`. */
typedef int32_t (*be_fetch_callback)(const char *address, const char *path, int64_t limit, char *reason,
                                     int64_t capacity, void *context);

/* Sets the function that downloads; NULL restores the library's own. `callback` and `context` must stay valid until
 * the downloads that began with them have ended. The library in the Python package has no way of its own. */
be_status be_dataset_set_fetch(be_fetch_callback callback, void *context);

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

/* ---- Images ------------------------------------------------------------------------------------ */

/* What models are trained on, and asked about: images and, but for predictions, a label for each. */

/* Images in the caller's memory. They are not copied: `images->data` must stay where it is, unchanged, until
 * the last handle of these images is released. `images`: BE_UINT8 or BE_FLOAT32,
 * [count, height, width, channels], or [count, features] for a network that takes vectors. `labels`: BE_INT32
 * or BE_UINT8, [count] or [count, 1], from 0 on; copied; NULL where only predictions are wanted.
 *
 * Settings: "classes", the number of classes (one more than the greatest label); "rescale", what every value
 * is multiplied by on its way into the network (1; 1/255 for bytes that the network is to see in [0, 1]);
 * "first_index", the number that errors give the first image, for an array that is given in parts (0). */
be_status be_images_create(const be_array *images, const be_array *labels, const char *settings,
                           be_handle *result);

/* The images of a split of a data set, which they share. Settings: "rescale", as above; "limit", how many at
 * most, from the first on (all). */
be_status be_images_of_dataset(be_handle dataset, be_split split, const char *settings, be_handle *images);

/* The number of images. */
be_status be_images_count(be_handle images, int64_t *count);

/* ---- Augmentation ------------------------------------------------------------------------------ */

/* A generator of random transformations, Keras's ImageDataGenerator. Settings: "rotation_range" (degrees),
 * "width_shift_range", "height_shift_range" (a fraction of the size below 1, pixels from 1 on), "shear_range"
 * (degrees), "zoom_range" (z for factors from 1 - z to 1 + z, or [least, greatest]), "fill_mode" ("nearest",
 * "constant", "reflect", "wrap"), "cval", "horizontal_flip", "vertical_flip", "alternating_flip" (each image in turn),
 * "whole_pixel_shifts", "random_resized_crop" (the least part of the area that is cut out and scaled up; 0), and, in
 * be_model_fit and be_generator_batch alone, "cutout" (the side in pixels of a square that is filled with "cval"; 0),
 * "color_jitter" (z for brightness, contrast and saturation times 1 - z to 1 + z; values are 0 to 255) and "rescale",
 * what every value is multiplied by after the transformation (1). */
be_status be_generator_create(const char *settings, be_handle *generator);

/* Draws the transformation of one image: a function of `seed`, `epoch` and `sample` (the image's number in its
 * data set), whatever else is drawn. `height` and `width` are the image's: shifts may be fractions of them. */
be_status be_generator_draw(be_handle generator, uint64_t seed, int64_t epoch, int64_t sample, int64_t height,
                            int64_t width, be_transform *transform);

/* The batch `batch` of a pass through images: those that be_model_fit trains on with a model of the same seed.
 * Settings: "batch_size" (32), "shuffle" (true), "seed" (0), and "pass" (0), whose order and transformations are
 * its own. `pixels` gets [count, height, width, channels], `indices` the number of each image among `images`;
 * both have room for a whole batch, `capacity` floats in `pixels`. `count` is smaller in the last batch. */
be_status be_generator_batch(be_handle generator, be_handle images, const char *settings, int64_t batch,
                             float *pixels, int64_t capacity, int64_t *indices, int64_t *count);

/* Transforms one image of the caller's into `pixels`: [height, width, channels], interpolated bilinearly and
 * not rounded. `image`: BE_UINT8 or BE_FLOAT32, [height, width, channels]. `capacity` is the number of floats that `pixels`
 * has room for. */
be_status be_transform_image(const be_array *image, const be_transform *transform, float *pixels,
                             int64_t capacity);

/* ---- Models ------------------------------------------------------------------------------------ */

/* A model without layers. Settings: "input", the shape of one input, [height, width, channels] or [features]
 * (must be given); "rescale", what every value of an input is multiplied by, before the first layer and beside
 * what the images themselves say (1); "seed" (0), what initial weights, shuffling, dropout and augmentation are drawn from;
 * "precision" of the activations, "float32", "bfloat16", or "auto" for the one that this processor is
 * faster in ("float32"); "threads" (as many as the process may run on);
 * "convolution", "automatic" or "direct": whether Winograd's algorithm may be used. */
be_status be_model_create(const char *settings, be_handle *model);

/* Adds a layer to a model that was not used yet. The output of the last one is the model's. `kind` is Keras's class
 * name; settings are Keras's, with Keras's defaults:
 *
 *     Conv2D                   "filters", "kernel_size", "strides", "padding", and those of kernels
 *     DepthwiseConv2D          "kernel_size", "strides", "padding", "depth_multiplier", and those of kernels with
 *                              "depthwise_initializer" and "depthwise_regularizer" for the kernel's
 *     SeparableConv2D          the same and "filters"; initializer and regularizer are those of both kernels
 *     Dense                    "units", and those of kernels
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
 * Those of kernels are "activation", "use_bias", "kernel_initializer", "bias_initializer", "kernel_regularizer" and
 * "trainable". With "kernel_trainable": false a Conv2D's kernel stays while its bias is trained. An initializer is "zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
 * "lecun_uniform", "lecun_normal", "random_uniform", "random_normal", "truncated_normal", "identity" or
 * "partial_identity" (a convolution's first outputs are its inputs, the others random), a regularizer
 * {"l1": a number, "l2": a number}. An activation is "linear", "relu", "gelu", "gelu_tanh" (Keras's
 * gelu(approximate=True)), "silu", "leaky_relu" (of slope 0.2), "elu", "tanh", "sigmoid" or, at the end of a model,
 * "softmax" of an Activation or a Dense. A layer with "trainable": false is as it is after a training.
 *
 * Each has "name", which must not be "input", and "inputs": a list with the names of the layers that it reads, which
 * were added before, "input" for the model's input; without it the layer reads the one that was added last. A layer
 * without a name gets Keras's: "conv2d", "conv2d_1" and so on. The output must depend on every layer. "padding" is
 * "valid" or "same"; sizes and strides are one number for both directions. */
be_status be_model_add(be_handle model, const char *kind, const char *settings);

/* What a model consists of, as a record: "input", "output", "seed", "precision", "threads", "follows_schedule"
 * (whether its learning rate does), "parameters" (all), "trainable" (parameters), and for each of "layers" its
 * "name", "class_name", "inputs" (names of layers, "input" for the model's input), "output" (shape), "parameters",
 * and "config", the settings that make such a layer. */
be_status be_model_describe(be_handle model, be_handle *record);

/* Chooses the optimizer and the loss. `optimizer` is Keras's class name; settings are Keras's:
 *
 *     Adam     "learning_rate" (0.001), "beta_1" (0.9), "beta_2" (0.999), "epsilon" (1e-7), "weight_decay" (0)
 *     AdamW    the same, with "weight_decay" (0.004)
 *     SGD      "learning_rate" (0.01), "momentum" (0), "nesterov" (false), "weight_decay" (0)
 *     RMSprop  "learning_rate" (0.001), "rho" (0.9), "momentum" (0), "epsilon" (1e-7), "centered" (false),
 *              "weight_decay" (0)
 *     Muon     "learning_rate" (0.02), "momentum" (0.95), "nesterov" (true), "ns_steps" (5),
 *              "normalize_kernels" (false), "weight_decay" (0); for kernels alone, so "groups" must name another
 *              optimizer for the rest
 *
 * and for each one of "clipvalue", "clipnorm" and "global_clipnorm", and "groups": a list of objects with "ending"
 * and "optimizer"; a parameter takes the first whose ending its name has, such as "/bias". Such an optimizer is, as in
 * Keras, {"class_name": "SGD", "config": {settings}}.
 *
 * A learning rate is a number, or one of
 *
 *     {"class_name": "CosineDecay", "config": {"initial_learning_rate", "decay_steps", "alpha", "warmup_target",
 *                                              "warmup_steps"}}
 *     {"class_name": "PolynomialDecay", "config": {"initial_learning_rate", "decay_steps", "end_learning_rate",
 *                                                  "power"}}
 *     {"class_name": "OneCycle", "config": {"max_learning_rate", "total_steps", "pct_start", "div_factor",
 *                                           "final_div_factor"}}
 *
 * the last as in PyTorch. `loss` is "sparse_categorical_crossentropy" or "categorical_crossentropy", which are the
 * same here: labels are whole numbers. The optimizer starts anew. */
be_status be_model_compile(be_handle model, const char *optimizer, const char *settings, const char *loss);

/* Where a training is. */
typedef enum be_event {
    BE_TRAIN_BEGIN = 0,
    BE_EPOCH_BEGIN = 1,
    BE_BATCH_END = 2,
    BE_EPOCH_END = 3,
    BE_TRAIN_END = 4,
    BE_TEST_BATCH_END = 5
} be_event;

/* What the callback of a training is told. All pointers are valid during the call only. */
typedef struct be_progress {
    be_event event;
    int32_t metric_count;
    /* The epoch, counted from 0, and the most that there may be. */
    int64_t epoch;
    int64_t epochs;
    /* With BE_BATCH_END the step in its epoch, with BE_TEST_BATCH_END the batch of the validation, counted from
     * 0; the steps of an epoch. */
    int64_t step;
    int64_t steps;
    /* With BE_BATCH_END the means of the epoch so far, "loss" and "accuracy"; with BE_EPOCH_END also
     * "learning_rate" and, with a validation, "val_loss" and "val_accuracy". */
    const char *const *metric_names;
    const double *metrics;
} be_progress;

/* Told of the progress of a training, on the thread that called be_model_fit. Zero goes on; anything else
 * ends the training at once, with BE_STOPPED. */
typedef int32_t (*be_progress_callback)(const be_progress *progress, void *context);

/* This process's number and how many there are, if a launcher such as mpirun has started several; otherwise 0 and 1.
 * Starts MPI if the process has not. Both arguments may be NULL. */
be_status be_world(int64_t *rank, int64_t *size);

/* Trains a model.
 *
 * `validation` are images that are evaluated after each epoch, `generator` transforms every image anew in
 * every epoch; zero for none. Settings: "batch_size" (32), "epochs" (1), "initial_epoch" (0), "steps_per_epoch" (as
 * many as all images take), "shuffle" (true), "validation_split", the share of the images, from their end, that is
 * evaluated in place of `validation` (0), "terminate_on_nan", whether a loss that is no number ends the training
 * quietly (false), "communicator": "world" to train together with the other processes of be_world (none), and with
 * it "local_statistics", whether a batch normalization then takes the statistics of each process's images (false). The
 * first process alone calls `progress`. `progress` may be NULL; it gets `context`. `history` gets a record with a list for each metric,
 * one value an epoch, and "seconds"; it may be NULL.
 *
 * Orders, transformations and masks of dropout are new in every training of a model. A model with the same "seed"
 * repeats them all; an "initial_epoch", 0 included, asks for the orders and transformations of the epochs it
 * names. */
be_status be_model_fit(be_handle model, be_handle images, be_handle validation, be_handle generator,
                       const char *settings, be_progress_callback progress, void *context,
                       be_handle *history);

/* One training step on all images as one batch. `loss` and `accuracy`, before the weights move, may be
 * NULL. */
be_status be_model_train_on_batch(be_handle model, be_handle images, double *loss, double *accuracy);

/* Loss and accuracy in inference mode, so many images at a time. `loss` and `accuracy` may be NULL. */
be_status be_model_evaluate(be_handle model, be_handle images, int64_t batch_size, double *loss,
                            double *accuracy);

/* The output for every image in inference mode, so many at a time, into `output`: [count] + the output's
 * shape. `capacity` is the number of floats that `output` has room for. */
be_status be_model_predict(be_handle model, be_handle images, int64_t batch_size, float *output,
                           int64_t capacity);

/* The optimizer's step size; BE_WRONG_STATE before be_model_compile. */
be_status be_model_learning_rate(be_handle model, double *rate);

/* Changes the optimizer's step size, from the next step on. */
be_status be_model_set_learning_rate(be_handle model, double rate);

/* Whether the training is to end after its current epoch: 0 or 1. */
be_status be_model_stop_training(be_handle model, int32_t *stop);

/* Asks for the training to end after its current epoch (1), or not (0). For the callback of the training. */
be_status be_model_set_stop_training(be_handle model, int32_t stop);

/* The model's weights as they are now: a copy, to be read with be_weights_…, named and shaped as in Keras and
 * in Keras's order; moving statistics among them. */
be_status be_model_weights(be_handle model, be_handle *weights);

/* Replaces `count` of the model's weights; the others stay. `tensors[i]`: BE_FLOAT32, for the weight
 * `names[i]`, in its shape. If one of them does not fit, none is replaced. */
be_status be_model_set_weights(be_handle model, int64_t count, const char *const *names,
                               const be_array *tensors);

/* Writes all weights to a safetensors file, named and shaped as in Keras, and with them the model's layers.
 * Settings: "class_names", a list with a text for each output, in the order of the labels (none). */
be_status be_model_save(be_handle model, const char *path, const char *settings);

/* A model from a file that be_model_save wrote. Settings are those of be_model_create except "input"; the
 * model is not compiled. */
be_status be_model_load(const char *path, const char *settings, be_handle *model);

/* Reads the weights of a model from a safetensors file; the model is as it was if they are not its own. */
be_status be_model_load_weights(be_handle model, const char *path);

/* Writes the model, layers and weights, to an ONNX file (operator set 17), which other programs run. Its input
 * is BE_FLOAT32's "images", [batch, height, width, channels], or "vectors", [batch, features], before the model
 * multiplies them by its "rescale"; its output is "probabilities", or "output" without a softmax. Settings:
 * "class_names", a list with a text for each output, in the order of the labels (none). */
be_status be_model_export_onnx(be_handle model, const char *path, const char *settings);

/* ---- Copies ------------------------------------------------------------------------------------ */

/* The whole model as bytes: settings, layers, weights, what it was compiled with, the optimizer's state and what
 * trainings have drawn. Not while the model is trained. */
be_status be_model_snapshot(be_handle model, be_handle *snapshot);

/* A model from the bytes of a snapshot, BE_UINT8 [count], of this or another process of this version: it goes on
 * as the first one does, to the same bits on the same machine. */
be_status be_model_restore(const be_array *snapshot, be_handle *model);

/* What a callback remembers, as bytes. */
be_status be_callback_snapshot(be_handle callback, be_handle *snapshot);

/* Gives what a callback remembered to one of the same kind and settings. */
be_status be_callback_restore(be_handle callback, const be_array *snapshot);

/* The bytes of a snapshot: BE_UINT8, [count]. */
be_status be_snapshot_bytes(be_handle snapshot, be_array *bytes);

/* ---- Callbacks --------------------------------------------------------------------------------- */

/* Keras's callbacks. They act when they are told of an epoch, on the learning rate, the weights and the stop
 * flag of a model: the progress callback of be_model_fit passes on what it is told. */

/* A callback. `kind` is Keras's class name; settings are Keras's:
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
 * steps; unless "save_weights_only", the files are those of be_model_save, without class names. */
be_status be_callback_create(const char *kind, const char *settings, be_handle *callback);

/* Before the first epoch: forgets what an earlier training left. */
be_status be_callback_on_train_begin(be_handle callback, be_handle model);

/* Before an epoch, counted from 0. Only a ModelCheckpoint with a "save_freq" in steps wants to know. */
be_status be_callback_on_epoch_begin(be_handle callback, be_handle model, int64_t epoch);

/* After a step, counted from 0, with `count` metrics. The same is true of this. */
be_status be_callback_on_batch_end(be_handle callback, be_handle model, int64_t batch, int64_t count,
                                   const char *const *names, const double *values);

/* After an epoch, counted from 0, with `count` metrics. */
be_status be_callback_on_epoch_end(be_handle callback, be_handle model, int64_t epoch, int64_t count,
                                   const char *const *names, const double *values);

/* After the last epoch. */
be_status be_callback_on_train_end(be_handle callback, be_handle model);

/* What became of a callback, as a record. EarlyStopping: "stopped_epoch" (null if it did not stop the
 * training), "best_epoch" and "best" (null before the first epoch). ModelCheckpoint: "saved", the files of this
 * training, and "best" (null while there is none). */
be_status be_callback_describe(be_handle callback, be_handle *record);

/* ---- For tests against other libraries --------------------------------------------------------- */

/* Single steps of a training, taken apart, so that each can be compared with another library's. All images are
 * one batch. `step` is what dropout draws its masks for. In training mode a batch normalization moves its
 * statistics. A set of gradients or moments has one BE_FLOAT32 tensor for each trainable weight, under the
 * weight's name and in its shape; it is read with be_weights_…, and given as to be_model_set_weights. */

/* The output in training (1) or inference mode (0), into `output` as be_model_predict has it. */
be_status be_test_forward(be_handle model, be_handle images, int32_t training, int64_t step, float *output,
                          int64_t capacity);

/* The mean loss, and the gradient of every trainable weight. No weight moves. */
be_status be_test_gradients(be_handle model, be_handle images, int64_t step, double *loss,
                            be_handle *gradients);

/* The gradient of every trainable weight for a given gradient of the output: BE_FLOAT32, [count] + the
 * output's shape; of the values before a softmax, if the model ends in one. */
be_status be_test_backward(be_handle model, be_handle images, int64_t step, const be_array *output_gradient,
                           be_handle *gradients);

/* One step of the optimizer along given gradients, of every trainable weight. */
be_status be_test_apply_gradients(be_handle model, int64_t count, const char *const *names,
                                  const be_array *gradients);

/* The optimizer's steps taken, and its first and second moments. */
be_status be_test_optimizer(be_handle model, int64_t *steps, be_handle *first, be_handle *second);

/* Replaces the optimizer's state: `first[i]` and `second[i]` are the moments of the weight `names[i]`. */
be_status be_test_set_optimizer(be_handle model, int64_t steps, int64_t count, const char *const *names,
                                const be_array *first, const be_array *second);

#ifdef __cplusplus
}
#endif

#endif

/* Makes every kind of wrong call on models and trainings. Argument: a directory to write to.
 * Prints how many wrong calls returned a status and a reason. */
#include "faults.h"
#include <math.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

enum { IMAGES = 12, PIXELS = 6 * 6 * 3, CLASSES = 3 };

static uint8_t *pixels;
static int32_t *labels;
static char path[4096];

static be_array array(const void *data, be_dtype dtype, int rank, const int64_t *shape) {
    be_array result = {.data = data, .dtype = dtype, .rank = rank};
    for (int i = 0; i < rank && i < BE_MAX_RANK; i++) result.shape[i] = shape[i];
    return result;
}

static be_array images_array(void) {
    return array(pixels, BE_UINT8, 4, (int64_t[]){IMAGES, 6, 6, 3});
}

static be_array labels_array(void) { return array(labels, BE_INT32, 1, (int64_t[]){IMAGES}); }

static be_handle new_images(void) {
    be_array images = images_array(), given = labels_array();
    be_handle handle;
    EXPECT(BE_OK, be_images_create(&images, &given, "{\"rescale\": 0.0039}", &handle));
    return handle;
}

static be_handle new_model(void) {
    be_handle model;
    EXPECT(BE_OK, be_model_create("{\"input\": [6, 6, 3], \"seed\": 7, \"threads\": 1}", &model));
    EXPECT(BE_OK, be_model_add(model, "Conv2D", "{\"filters\": 4, \"kernel_size\": 3, \"name\": \"c\"}"));
    EXPECT(BE_OK, be_model_add(model, "BatchNormalization", NULL));
    EXPECT(BE_OK, be_model_add(model, "Flatten", NULL));
    EXPECT(BE_OK, be_model_add(model, "Dense", "{\"units\": 3, \"activation\": \"softmax\", \"name\": \"d\"}"));
    EXPECT(BE_OK, be_model_compile(model, "Adam", NULL, "sparse_categorical_crossentropy"));
    return model;
}

static void made_up_handles(be_handle bad, be_handle model, be_handle images) {
    be_handle other = 42;
    double number = -7;
    int32_t flag = -7;
    int64_t count = -7;
    be_transform transform = {.zx = 1, .zy = 1};
    float *output = floats(IMAGES * CLASSES);
    EXPECT(BE_INVALID_HANDLE, be_images_of_dataset(bad, BE_TRAIN, NULL, &other));
    EXPECT(BE_INVALID_HANDLE, be_images_count(bad, &count));
    EXPECT(BE_INVALID_HANDLE, be_generator_draw(bad, 7, 0, 0, 6, 6, &transform));
    EXPECT(BE_INVALID_HANDLE, be_model_add(bad, "Flatten", NULL));
    EXPECT(BE_INVALID_HANDLE, be_model_describe(bad, &other));
    EXPECT(BE_INVALID_HANDLE, be_model_compile(bad, "Adam", NULL, "sparse_categorical_crossentropy"));
    EXPECT(BE_INVALID_HANDLE, be_model_fit(bad, images, 0, 0, NULL, NULL, NULL, &other));
    EXPECT(BE_INVALID_HANDLE, be_model_fit(model, bad == 0 ? model : bad, 0, 0, NULL, NULL, NULL, &other));
    if (bad != 0) {
        EXPECT(BE_INVALID_HANDLE, be_model_fit(model, images, bad, 0, NULL, NULL, NULL, &other));
        EXPECT(BE_INVALID_HANDLE, be_model_fit(model, images, 0, bad, NULL, NULL, NULL, &other));
    }
    EXPECT(BE_INVALID_HANDLE, be_model_train_on_batch(bad, images, &number, &number));
    EXPECT(BE_INVALID_HANDLE, be_model_train_on_batch(model, bad, &number, &number));
    EXPECT(BE_INVALID_HANDLE, be_model_evaluate(bad, images, "{\"batch_size\": 4}", &number, &number));
    EXPECT(BE_INVALID_HANDLE, be_model_evaluate(model, bad, "{\"batch_size\": 4}", &number, &number));
    EXPECT(BE_INVALID_HANDLE, be_model_predict(bad, images, "{\"batch_size\": 4}", output, IMAGES * CLASSES));
    EXPECT(BE_INVALID_HANDLE, be_model_predict(model, bad, "{\"batch_size\": 4}", output, IMAGES * CLASSES));
    EXPECT(BE_INVALID_HANDLE, be_model_learning_rate(bad, &number));
    EXPECT(BE_INVALID_HANDLE, be_model_set_learning_rate(bad, 0.1));
    EXPECT(BE_INVALID_HANDLE, be_model_stop_training(bad, &flag));
    EXPECT(BE_INVALID_HANDLE, be_model_set_stop_training(bad, 1));
    EXPECT(BE_INVALID_HANDLE, be_model_weights(bad, &other));
    EXPECT(BE_INVALID_HANDLE, be_model_set_weights(bad, 0, NULL, NULL));
    EXPECT(BE_INVALID_HANDLE, be_model_save(bad, path, NULL));
    EXPECT(BE_INVALID_HANDLE, be_model_load_weights(bad, path));
    EXPECT(BE_INVALID_HANDLE, be_model_export_onnx(bad, path, NULL));
    int64_t indices[4] = {0};
    EXPECT(BE_INVALID_HANDLE, be_generator_batch(bad, images, NULL, 0, output, 4, indices, &count));
    EXPECT(BE_INVALID_HANDLE, be_model_snapshot(bad, &other));
    EXPECT(BE_INVALID_HANDLE, be_callback_snapshot(bad, &other));
    be_array bytes = {.dtype = BE_UINT8, .rank = 1};
    EXPECT(BE_INVALID_HANDLE, be_snapshot_bytes(bad, &bytes));
    EXPECT(BE_INVALID_HANDLE, be_callback_restore(bad, &bytes));
    EXPECT(BE_INVALID_HANDLE, be_callback_on_epoch_begin(bad, model, 0));
    EXPECT(BE_INVALID_HANDLE, be_callback_on_batch_end(bad, model, 0, 0, NULL, NULL));
    EXPECT(BE_INVALID_HANDLE, be_callback_on_train_begin(bad, model));
    EXPECT(BE_INVALID_HANDLE, be_callback_on_epoch_end(bad, model, 0, 0, NULL, NULL));
    EXPECT(BE_INVALID_HANDLE, be_callback_on_train_end(bad, model));
    EXPECT(BE_INVALID_HANDLE, be_callback_describe(bad, &other));
    EXPECT(BE_INVALID_HANDLE, be_test_forward(bad, images, 0, 0, output, IMAGES * CLASSES));
    EXPECT(BE_INVALID_HANDLE, be_test_gradients(bad, images, 0, &number, &other));
    EXPECT(BE_INVALID_HANDLE, be_test_optimizer(bad, &count, &other, &other));
    REQUIRE(other == 42 && number == -7 && flag == -7 && count == -7 && output[0] == -1);
    free(output);
}

static void null_arguments(be_handle model, be_handle images) {
    be_array given = images_array();
    be_handle generator, callback;
    EXPECT(BE_OK, be_generator_create(NULL, &generator));
    EXPECT(BE_OK, be_callback_create("EarlyStopping", NULL, &callback));
    be_transform transform = {.zx = 1, .zy = 1};
    float *output = floats(PIXELS);
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(NULL, NULL, NULL, &images));
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&given, NULL, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_images_count(images, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_generator_create(NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_generator_draw(generator, 7, 0, 0, 6, 6, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_transform_image(NULL, &transform, output, PIXELS));
    EXPECT(BE_INVALID_ARGUMENT, be_transform_image(&given, NULL, output, PIXELS));
    EXPECT(BE_INVALID_ARGUMENT, be_transform_image(&given, &transform, NULL, PIXELS));
    double low = 0, high = 0;
    EXPECT(BE_INVALID_ARGUMENT, be_wilson_interval(1, 2, NULL, &high));
    EXPECT(BE_INVALID_ARGUMENT, be_wilson_interval(1, 2, &low, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_wilson_interval(3, 2, &low, &high));
    EXPECT(BE_INVALID_ARGUMENT, be_wilson_interval(-1, 2, &low, &high));
    EXPECT(BE_INVALID_ARGUMENT, be_wilson_interval(0, -1, &low, &high));
    EXPECT(BE_OK, be_wilson_interval(0, 0, &low, &high));
    EXPECT(BE_INVALID_ARGUMENT, be_model_create(NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_add(model, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_describe(model, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_compile(model, NULL, NULL, "sparse_categorical_crossentropy"));
    EXPECT(BE_INVALID_ARGUMENT, be_model_compile(model, "Adam", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_predict(model, images, "{\"batch_size\": 4}", NULL, IMAGES * CLASSES));
    EXPECT(BE_INVALID_ARGUMENT, be_model_learning_rate(model, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_stop_training(model, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_weights(model, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, NULL, &given));
    const char *name = "d/bias", *none = NULL;
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, &name, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, &none, &given));
    EXPECT(BE_INVALID_ARGUMENT, be_model_save(model, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_load(NULL, NULL, &model));
    EXPECT(BE_INVALID_ARGUMENT, be_model_load(path, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_load_weights(model, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_export_onnx(model, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_create(NULL, NULL, &callback));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_create("EarlyStopping", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_epoch_end(callback, model, 0, 1, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_describe(callback, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_test_forward(model, images, 0, 0, NULL, IMAGES * CLASSES));
    EXPECT(BE_INVALID_ARGUMENT, be_test_gradients(model, images, 0, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_test_backward(model, images, 0, NULL, &callback));
    free(output);
}

/* Invalid settings, among them numbers and sizes that are too large. */
static void settings(be_handle model, be_handle images) {
    be_handle other;
    const char *wrong[] = {
        "", "{", "[]", "1", "null", "\xff", "{\"input\": [6, 6, 3], \"inputs\": 1}", "{\"input\": []}",
        "{\"input\": [6, 6]}", "{\"input\": [-6, 6, 3]}", "{\"input\": [0, 6, 3]}", "{\"input\": [1e9, 1e9, 1e9]}",
        "{\"input\": [6.5, 6, 3]}", "{\"input\": \"6\"}", "{\"input\": [1, 1, 1, 1, 1, 1, 1, 1, 1]}",
        "{\"input\": [6, 6, 3], \"seed\": -1}", "{\"input\": [6, 6, 3], \"seed\": 1e300}",
        "{\"input\": [6, 6, 3], \"precision\": \"float8\"}", "{\"input\": [6, 6, 3], \"threads\": 1e10}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(BE_INVALID_ARGUMENT, be_model_create(wrong[i], &other));

    const char *layers[][2] = {
        {"Conv2D", NULL}, {"Conv2D", "{\"filters\": 0, \"kernel_size\": 3}"},
        {"Conv2D", "{\"filters\": -4, \"kernel_size\": 3}"}, {"Conv2D", "{\"filters\": 4, \"kernel_size\": 0}"},
        {"Conv2D", "{\"filters\": 4, \"kernel_size\": 7}"}, {"Conv2D", "{\"filters\": 4, \"kernel_size\": 2147483647}"},
        {"Conv2D", "{\"filters\": 2147483647, \"kernel_size\": 3, \"padding\": \"same\"}"},
        {"Conv2D", "{\"filters\": 4, \"kernel_size\": 3, \"strides\": 0}"},
        {"Conv2D", "{\"filters\": 4, \"kernel_size\": 3, \"strides\": -1}"},
        {"Conv2D", "{\"filters\": 4, \"kernel_size\": 3, \"padding\": \"full\"}"},
        {"MaxPooling2D", "{\"pool_size\": 0}"}, {"MaxPooling2D", "{\"pool_size\": -2147483647}"},
        {"MaxPooling2D", "{\"pool_size\": 7}"}, {"MaxPooling2D", "{\"strides\": 0}"}, {"Dense", "{\"units\": 3}"},
        {"Dropout", "{\"rate\": 1}"}, {"Dropout", "{\"rate\": -0.5}"}, {"Dropout", "{\"rate\": 1e308}"},
        {"BatchNormalization", "{\"momentum\": 2}"}, {"BatchNormalization", "{\"epsilon\": -1}"},
        {"BatchNormalization", "{\"epsilon\": 0}"}, {"Activation", "{\"activation\": \"mish\"}"},
        {"Flatten", "{\"name\": 1}"},
    };
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        be_handle fresh;
        EXPECT(BE_OK, be_model_create("{\"input\": [6, 6, 3], \"threads\": 1}", &fresh));
        be_status status = be_model_add(fresh, layers[i][0], layers[i][1]);
        /* Some faults are found only when all layers are known. */
        if (status == BE_OK) status = be_model_describe(fresh, &other);
        if (status != BE_INVALID_ARGUMENT) {
            fprintf(stderr, "%s %s gave %d\n", layers[i][0], layers[i][1] ? layers[i][1] : "", status);
            exit(1);
        }
        faults_survived++;
        EXPECT(BE_OK, be_release(fresh));
    }
    EXPECT(BE_NOT_FOUND, be_callback_create("Shell", NULL, &other));
    EXPECT(BE_NOT_FOUND, be_model_compile(model, "Lion", NULL, "sparse_categorical_crossentropy"));
    EXPECT(BE_NOT_FOUND, be_model_compile(model, "Adam", NULL, "hinge"));
    EXPECT(BE_INVALID_ARGUMENT,
           be_model_compile(model, "Adam", "{\"learning_rate\": -1}", "sparse_categorical_crossentropy"));
    EXPECT(BE_WRONG_STATE, be_model_add(model, "Flatten", NULL));
    const char *trainings[] = {"{\"batch_size\": 0}", "{\"batch_size\": -1}", "{\"epochs\": -1}",
                               "{\"epochs\": 1e300}", "{\"batch_size\": 1.5}", "{\"shuffle\": 1}", "{\"epoch\": 1}",
                               "{\"fixed_parts\": 3}"};
    for (int i = 0; i < 8; i++)
        EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, images, 0, 0, trainings[i], NULL, NULL, NULL));
    double rates[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 3; i++) EXPECT(BE_INVALID_ARGUMENT, be_model_set_learning_rate(model, rates[i]));
    EXPECT(BE_INVALID_ARGUMENT, be_model_evaluate(model, images, "{\"batch_size\": 0}", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_evaluate(model, images, "{\"batch_size\": -9223372036854775808}", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_evaluate(model, images, "{\"batch_size\": 9223372036854775807}", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_evaluate(model, images, "{\"communicator\": \"all\"}", NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_test_gradients(model, images, -1, NULL, &other));
    be_handle callback;
    EXPECT(BE_OK, be_callback_create("EarlyStopping", NULL, &callback));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_epoch_begin(callback, model, -1));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_batch_end(callback, model, INT64_MAX, 0, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_batch_end(callback, model, 0, 1, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_epoch_end(callback, model, -1, 0, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_epoch_end(callback, model, 0, INT64_MIN, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_callback_on_epoch_end(callback, model, 0, INT64_MAX, NULL, NULL));
    EXPECT(BE_NOT_FOUND, be_callback_on_epoch_end(callback, model, 0, 0, NULL, NULL));

    /* Generators with extreme settings either work or are refused. */
    const char *generators[] = {"{\"zoom_range\": [3, -3]}", "{\"rotation_range\": 1e300}",
                                "{\"width_shift_range\": -5}", "{\"zoom_range\": 1e308}", "{\"cval\": 1e300}",
                                "{\"zoom_range\": [1]}", "{\"fill_mode\": \"mirror\"}"};
    be_array one = array(pixels, BE_UINT8, 3, (int64_t[]){6, 6, 3});
    float *output = floats(PIXELS);
    for (int i = 0; i < 7; i++) {
        be_handle generator;
        be_transform transform;
        if (be_generator_create(generators[i], &generator) != BE_OK) continue;
        int64_t numbers[] = {0, -1, INT64_MAX, INT64_MIN};
        for (int j = 0; j < 4; j++) {
            int64_t n = numbers[j];
            if (be_generator_draw(generator, UINT64_MAX, n, n, 6, 6, &transform) == BE_OK)
                be_transform_image(&one, &transform, output, PIXELS);
            if (be_generator_draw(generator, 0, n, n, n, n, &transform) == BE_OK)
                be_transform_image(&one, &transform, output, PIXELS);
        }
        be_status status = be_model_fit(model, images, 0, generator, "{\"batch_size\": 5}", NULL, NULL, NULL);
        REQUIRE(status == BE_OK || status == BE_INVALID_ARGUMENT || status == BE_FAILED);
        EXPECT(BE_OK, be_release(generator));
    }
    free(output);
}

/* Copies of a model from truncated or changed snapshots, and batches that do not exist. */
static void copies(be_handle model, be_handle images) {
    be_handle snapshot, copy = 42, generator, callback;
    be_array bytes;
    EXPECT(BE_OK, be_model_train_on_batch(model, images, NULL, NULL));
    EXPECT(BE_OK, be_model_snapshot(model, &snapshot));
    EXPECT(BE_OK, be_snapshot_bytes(snapshot, &bytes));
    REQUIRE(bytes.dtype == BE_UINT8 && bytes.rank == 1 && bytes.shape[0] > 100);
    EXPECT(BE_INVALID_HANDLE, be_snapshot_bytes(model, &bytes));
    EXPECT(BE_OK, be_model_restore(&bytes, &copy));
    EXPECT(BE_OK, be_release(copy));

    int64_t count = bytes.shape[0];
    for (int64_t length = 0; length < count; length += length < 2500 ? 97 : count / 9) {
        uint8_t *part = malloc((size_t)length + 1);
        memcpy(part, bytes.data, (size_t)length);
        be_array given = array(part, BE_UINT8, 1, &length);
        REQUIRE(be_model_restore(&given, &copy) != BE_OK);
        free(part);
    }
    uint8_t *changed = malloc((size_t)count);
    be_array given = array(changed, BE_UINT8, 1, &count);
    for (int i = 0; i < 400; i++) {
        memcpy(changed, bytes.data, (size_t)count);
        changed[i * 7 % 2500] = (uint8_t)(i * 37);
        if (be_model_restore(&given, &copy) == BE_OK) {
            be_model_train_on_batch(copy, images, NULL, NULL);
            EXPECT(BE_OK, be_release(copy));
        }
    }
    EXPECT(BE_OK, be_callback_create("EarlyStopping", NULL, &callback));
    REQUIRE(be_callback_restore(callback, &given) == BE_OK || *be_last_error());
    given.dtype = BE_FLOAT32;
    given.shape[0] = count / 4;
    EXPECT(BE_WRONG_TYPE, be_callback_restore(callback, &given));
    EXPECT(BE_WRONG_TYPE, be_model_restore(&given, &copy));
    free(changed);

    float *output = floats(4 * PIXELS);
    int64_t indices[4], drawn = -7;
    const char *four = "{\"batch_size\": 4}";
    EXPECT(BE_OK, be_generator_create("{\"rotation_range\": 20, \"rescale\": 0.5}", &generator));
    EXPECT(BE_INVALID_ARGUMENT,
           be_generator_batch(generator, images, four, 0, output, 4 * PIXELS - 1, indices, &drawn));
    EXPECT(BE_NOT_FOUND, be_generator_batch(generator, images, four, 3, output, 4 * PIXELS, indices, &drawn));
    EXPECT(BE_NOT_FOUND, be_generator_batch(generator, images, four, -1, output, 4 * PIXELS, indices, &drawn));
    EXPECT(BE_INVALID_ARGUMENT, be_generator_batch(generator, images, "{\"batch_size\": 0}", 0, output, 4 * PIXELS,
                                                   indices, &drawn));
    EXPECT(BE_INVALID_ARGUMENT, be_generator_batch(generator, images, "{\"pass\": -1}", 0, output, 4 * PIXELS,
                                                   indices, &drawn));
    REQUIRE(drawn == -7 && output[0] == -1);
    EXPECT(BE_OK, be_generator_batch(generator, images, "{\"batch_size\": 4, \"pass\": 9007199254740992}", 2, output,
                                     4 * PIXELS, indices, &drawn));
    REQUIRE(drawn == 4 && output[0] != -1 && indices[3] < IMAGES);
    free(output);
    EXPECT(BE_OK, be_release(generator));
    EXPECT(BE_OK, be_release(callback));
    EXPECT(BE_OK, be_release(snapshot));
}

/* Arrays of the wrong type, rank or size. */
static void arrays(be_handle model, be_handle images) {
    be_handle other;
    be_array good = images_array(), given = labels_array();
    struct {
        be_status status;
        be_array array;
    } wrong[] = {
        {BE_WRONG_TYPE, array(pixels, BE_INT32, 4, good.shape)},
        {BE_WRONG_TYPE, array(pixels, (be_dtype)0, 4, good.shape)},
        {BE_WRONG_TYPE, array(pixels, (be_dtype)-1, 4, good.shape)},
        {BE_INVALID_ARGUMENT, array(NULL, BE_UINT8, 4, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, -1, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 0, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 3, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 9, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, INT32_MAX, good.shape)},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 4, (int64_t[]){-IMAGES, 6, 6, 3})},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 4, (int64_t[]){IMAGES, 0, 6, 3})},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 4, (int64_t[]){INT64_MAX, 6, 6, 3})},
        {BE_INVALID_ARGUMENT, array(pixels, BE_UINT8, 4, (int64_t[]){1, INT64_MAX, INT64_MAX, 4})},
        {BE_INVALID_ARGUMENT, array(pixels + 1, BE_FLOAT32, 4, good.shape)},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        be_status status = be_images_create(&wrong[i].array, &given, NULL, &other);
        if (status != wrong[i].status) {
            fprintf(stderr, "array %zu gave %d: %s\n", i, status, be_last_error());
            exit(1);
        }
        faults_survived++;
    }
    be_array negative_count = array(pixels, BE_UINT8, 4, (int64_t[]){-IMAGES, 6, 6, 3});
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&negative_count, NULL, NULL, &other));

    /* Faults that no other check would find: an image without data; shapes whose number of elements is right only
     * because two negative signs cancel or the product overflows; and a shape that is too large for any array. */
    float *transformed = floats(PIXELS), *gradient = floats(IMAGES * CLASSES);
    be_transform transform = {.zx = 1, .zy = 1};
    be_array nothing = array(NULL, BE_UINT8, 3, (int64_t[]){6, 6, 3});
    EXPECT(BE_INVALID_ARGUMENT, be_transform_image(&nothing, &transform, transformed, PIXELS));
    be_array gradients = array(gradient, BE_FLOAT32, 2, (int64_t[]){IMAGES, CLASSES});
    EXPECT(BE_OK, be_test_backward(model, images, 0, &gradients, &other));
    EXPECT(BE_OK, be_release(other));
    int64_t shapes[][2] = {{-IMAGES, -CLASSES}, {4, ((int64_t)1 << 62) + 9}, {1 << 24, 1 << 24}};
    for (int i = 0; i < 3; i++) {
        gradients = array(gradient, BE_FLOAT32, 2, shapes[i]);
        EXPECT(BE_INVALID_ARGUMENT, be_test_backward(model, images, 0, &gradients, &other));
    }
    free(transformed);
    free(gradient);

    be_array fewer = array(labels, BE_INT32, 1, (int64_t[]){IMAGES - 1});
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&good, &fewer, NULL, &other));
    be_array floats_as_labels = array(labels, BE_FLOAT32, 1, given.shape);
    EXPECT(BE_WRONG_TYPE, be_images_create(&good, &floats_as_labels, NULL, &other));
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&good, &given, "{\"classes\": 2}", &other));
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&good, &given, "{\"classes\": 2147483647}", &other));
    labels[3] = -1;
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&good, &given, NULL, &other));
    labels[3] = INT32_MAX;
    EXPECT(BE_INVALID_ARGUMENT, be_images_create(&good, &given, NULL, &other));
    labels[3] = 0;

    /* Images without labels, with more classes than the model, or of another shape; and an empty set of images. */
    be_handle unlabelled, many, small, none;
    EXPECT(BE_OK, be_images_create(&good, NULL, NULL, &unlabelled));
    EXPECT(BE_OK, be_images_create(&good, &given, "{\"classes\": 30}", &many));
    be_array smaller = array(pixels, BE_UINT8, 4, (int64_t[]){IMAGES, 5, 6, 3});
    EXPECT(BE_OK, be_images_create(&smaller, &given, NULL, &small));
    EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, unlabelled, 0, 0, NULL, NULL, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, images, unlabelled, 0, NULL, NULL, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, many, 0, 0, NULL, NULL, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, small, 0, 0, NULL, NULL, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_train_on_batch(model, unlabelled, NULL, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_evaluate(model, small, "{\"batch_size\": 4}", NULL, NULL));
    be_array empty = array(pixels, BE_UINT8, 4, (int64_t[]){0, 6, 6, 3});
    be_array no_labels = array(labels, BE_INT32, 1, (int64_t[]){0});
    if (be_images_create(&empty, &no_labels, NULL, &none) == BE_OK) {
        EXPECT(BE_INVALID_ARGUMENT, be_model_fit(model, none, 0, 0, NULL, NULL, NULL, NULL));
        EXPECT(BE_INVALID_ARGUMENT, be_model_train_on_batch(model, none, NULL, NULL));
        be_status status = be_model_evaluate(model, none, "{\"batch_size\": 4}", NULL, NULL);
        REQUIRE(status == BE_OK || status == BE_INVALID_ARGUMENT);
    }

    float *output = floats(IMAGES * CLASSES);
    int64_t capacities[] = {IMAGES * CLASSES - 1, 0, -1, INT64_MIN};
    for (int i = 0; i < 4; i++) {
        EXPECT(BE_INVALID_ARGUMENT, be_model_predict(model, images, "{\"batch_size\": 5}", output, capacities[i]));
        EXPECT(BE_INVALID_ARGUMENT, be_test_forward(model, images, 1, 0, output, capacities[i]));
    }
    REQUIRE(output[0] == -1);
    EXPECT(BE_OK, be_model_predict(model, images, "{\"batch_size\": 5}", output, IMAGES * CLASSES));
    REQUIRE(output[IMAGES * CLASSES - 1] >= 0);

    /* Weights: a negative count, an unknown name, a name twice, a wrong shape or type, a negative variance, NaN. */
    float *bias = floats(CLASSES);
    const char *names[] = {"d/bias", "d/bias"}, *unknown = "d/biases", *variance = "batch_normalization/moving_variance";
    be_array tensors[] = {array(bias, BE_FLOAT32, 1, (int64_t[]){CLASSES}), array(bias, BE_FLOAT32, 1, (int64_t[]){CLASSES})};
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, -1, names, tensors));
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, &unknown, tensors));
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 2, names, tensors));
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, &variance, tensors));
    be_array negative = array(floats(4), BE_FLOAT32, 1, (int64_t[]){4});
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, &variance, &negative));
    tensors[0].dtype = BE_INT32;
    EXPECT(BE_WRONG_TYPE, be_model_set_weights(model, 1, names, tensors));
    tensors[0].dtype = BE_FLOAT32;
    tensors[0].shape[0] = CLASSES - 1;
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, names, tensors));
    tensors[0].shape[0] = CLASSES;
    bias[1] = NAN;
    EXPECT(BE_INVALID_ARGUMENT, be_model_set_weights(model, 1, names, tensors));
    free((void *)negative.data);
    free(bias);
    free(output);
}

static void files(be_handle model, const char *directory) {
    be_handle other;
    char missing[5000];
    snprintf(missing, sizeof missing, "%s/missing/model", directory);
    EXPECT(BE_CANNOT_WRITE, be_model_save(model, missing, NULL));
    EXPECT(BE_CANNOT_WRITE, be_model_save(model, directory, NULL));
    EXPECT(BE_CANNOT_WRITE, be_model_save(model, "", NULL));
    EXPECT(BE_CANNOT_WRITE, be_model_export_onnx(model, missing, NULL));
    EXPECT(BE_CANNOT_WRITE, be_model_export_onnx(model, directory, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_model_export_onnx(model, path, "{\"class_names\": [\"a\", \"b\"]}"));
    EXPECT(BE_INVALID_ARGUMENT, be_model_export_onnx(model, path, "{\"class_names\": \"abc\"}"));
    EXPECT(BE_INVALID_ARGUMENT, be_model_export_onnx(model, path, "{\"opset\": 17}"));
    EXPECT(BE_CANNOT_READ, be_model_load(missing, NULL, &other));
    EXPECT(BE_CANNOT_READ, be_model_load(directory, NULL, &other));
    EXPECT(BE_CANNOT_READ, be_model_load_weights(model, missing));
    EXPECT(BE_INVALID_ARGUMENT, be_model_save(model, path, "{\"class_names\": [\"a\"]}"));
    EXPECT(BE_INVALID_ARGUMENT, be_model_save(model, path, "{\"names\": []}"));
    EXPECT(BE_OK, be_model_save(model, path, NULL));
    EXPECT(BE_OK, be_model_load(path, NULL, &other));
    be_handle larger;
    EXPECT(BE_OK, be_model_create("{\"input\": [6, 6, 3], \"threads\": 1}", &larger));
    EXPECT(BE_OK, be_model_add(larger, "Flatten", NULL));
    EXPECT(BE_OK, be_model_add(larger, "Dense", "{\"units\": 3, \"activation\": \"softmax\"}"));
    EXPECT(BE_CANNOT_READ, be_model_load_weights(larger, path));
    /* A truncated file is refused. */
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    size_t size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    for (size_t length = 0; length < size; length += 1 + size / 50) {
        file = fopen(path, "wb");
        fwrite(bytes, 1, length, file);
        fclose(file);
        EXPECT(BE_CANNOT_READ, be_model_load(path, NULL, &other));
        EXPECT(BE_CANNOT_READ, be_model_load_weights(model, path));
    }
    free(bytes);
}

/* Calls of a callback that disturb its own training. */
static be_handle trained, shown;
static int what;

static int32_t misbehave(const be_progress *progress, void *context) {
    (*(int *)context)++;
    if (progress->event != BE_BATCH_END) return 0;
    be_handle other;
    double number;
    switch (what) {
    case 0: return 1;
    case 1: return INT32_MIN;
    case 2: EXPECT(BE_WRONG_STATE, be_model_fit(trained, shown, 0, 0, NULL, NULL, NULL, NULL)); break;
    case 3: EXPECT(BE_WRONG_STATE, be_model_train_on_batch(trained, shown, NULL, NULL)); break;
    case 4: EXPECT(BE_WRONG_STATE, be_model_compile(trained, "Adam", NULL, "sparse_categorical_crossentropy")); break;
    case 5: EXPECT(BE_WRONG_STATE, be_model_add(trained, "Flatten", NULL)); break;
    case 6: /* The training keeps its model and images after their handles are released. */
        if (progress->epoch == 0 && progress->step == 0) {
            EXPECT(BE_OK, be_release(trained));
            EXPECT(BE_OK, be_release(shown));
        }
        EXPECT(BE_INVALID_HANDLE, be_model_stop_training(trained, (int32_t[1]){0}));
        break;
    case 7: EXPECT(BE_OK, be_model_evaluate(trained, shown, "{\"batch_size\": 5}", &number, NULL)); break;
    case 8: EXPECT(BE_OK, be_model_weights(trained, &other)); EXPECT(BE_OK, be_release(other)); break;
    case 9: EXPECT(BE_CANNOT_READ, be_model_load_weights(trained, "/nowhere")); break;
    case 10: EXPECT(BE_OK, be_model_set_learning_rate(trained, 1e30)); break;
    }
    return 0;
}

static void callbacks(void) {
    be_status expected[] = {BE_STOPPED, BE_STOPPED, BE_OK, BE_OK, BE_OK, BE_OK, BE_OK, BE_OK, BE_OK, BE_OK, BE_FAILED};
    for (what = 0; what <= 10; what++) {
        trained = new_model();
        shown = new_images();
        int calls = 0;
        be_status status =
            be_model_fit(trained, shown, 0, 0, "{\"batch_size\": 4, \"epochs\": 2}", misbehave, &calls, NULL);
        REQUIRE(calls > 0);
        /* With a learning rate of 1e30, the loss may or may not stay finite. */
        if (status != expected[what] && !(what == 10 && status == BE_OK)) {
            fprintf(stderr, "callback %d gave %d: %s\n", what, status, be_last_error());
            exit(1);
        }
        if (status != BE_OK) faults_survived++;
        if (what == 6) continue;
        /* The model stays usable. */
        if (what != 10) EXPECT(BE_OK, be_model_fit(trained, shown, 0, 0, NULL, NULL, NULL, NULL));
        EXPECT(BE_OK, be_release(trained));
        EXPECT(BE_OK, be_release(shown));
    }
}

/* A thread that uses a model while it is trained. */
typedef struct {
    be_handle model, images;
    pthread_t thread;
    _Atomic int has_come, is_done;
} visitor;

static void *visit(void *context) {
    visitor *visitor = context;
    visitor->has_come = 1;
    EXPECT(BE_OK, be_model_train_on_batch(visitor->model, visitor->images, NULL, NULL));
    visitor->is_done = 1;
    return NULL;
}

static int32_t keep_waiting(const be_progress *progress, void *context) {
    visitor *visitor = context;
    if (progress->event != BE_BATCH_END || visitor->has_come) return 0;
    REQUIRE(pthread_create(&visitor->thread, NULL, visit, visitor) == 0);
    while (!visitor->has_come) thrd_yield();
    thrd_sleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    REQUIRE(!visitor->is_done);
    return 0;
}

/* A training locks its model: a call from another thread waits until the training has ended. */
static void turns(void) {
    visitor visitor = {.model = new_model(), .images = new_images()};
    EXPECT(BE_OK, be_model_fit(visitor.model, visitor.images, 0, 0, NULL, keep_waiting, &visitor, NULL));
    REQUIRE(visitor.has_come);
    REQUIRE(pthread_join(visitor.thread, NULL) == 0);
    REQUIRE(visitor.is_done);
    EXPECT(BE_OK, be_release(visitor.model));
    EXPECT(BE_OK, be_release(visitor.images));
}

/* Several threads train, query and release one model at the same time. */
static void *share(void *handle) {
    be_handle model = *(be_handle *)handle, images = new_images();
    float *output = floats(IMAGES * CLASSES);
    for (int i = 0; i < 5; i++) {
        be_status statuses[] = {
            be_model_fit(model, images, 0, 0, "{\"batch_size\": 5}", NULL, NULL, NULL),
            be_model_predict(model, images, "{\"batch_size\": 5}", output, IMAGES * CLASSES),
            be_model_evaluate(model, images, "{\"batch_size\": 7}", NULL, NULL),
        };
        for (int j = 0; j < 3; j++) REQUIRE(statuses[j] == BE_OK || statuses[j] == BE_INVALID_HANDLE);
    }
    be_status status = be_release(model);
    REQUIRE(status == BE_OK || status == BE_INVALID_HANDLE);
    EXPECT(BE_OK, be_release(images));
    free(output);
    return NULL;
}

int main(int argc, char **argv) {
    REQUIRE(argc == 2 && be_abi_version() == BE_ABI_VERSION);
    snprintf(path, sizeof path, "%s/model", argv[1]);
    pixels = malloc(IMAGES * PIXELS + 8);
    labels = malloc(IMAGES * sizeof *labels);
    for (int i = 0; i < IMAGES * PIXELS; i++) pixels[i] = (uint8_t)(i * 31);
    for (int i = 0; i < IMAGES; i++) labels[i] = i % CLASSES;

    be_handle model = new_model(), images = new_images(), released;
    EXPECT(BE_OK, be_duplicate(model, &released));
    EXPECT(BE_OK, be_release(released));
    be_handle bad[] = {0, UINT64_MAX, 0xDEADBEEF, (uint64_t)1 << 63, released};
    for (int i = 0; i < 5; i++) made_up_handles(bad[i], model, images);
    double rate;
    EXPECT(BE_INVALID_HANDLE, be_model_learning_rate(images, &rate));
    EXPECT(BE_INVALID_HANDLE, be_images_count(model, (int64_t[1]){0}));
    null_arguments(model, images);
    arrays(model, images);
    copies(model, images);
    settings(model, images);
    files(model, argv[1]);
    callbacks();
    turns();

    be_handle shared = new_model();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, share, &shared) == 0);
    for (int i = 0; i < 4; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    EXPECT(BE_INVALID_HANDLE, be_release(shared));

    EXPECT(BE_OK, be_release(model));
    EXPECT(BE_OK, be_release(images));
    printf("%d faults survived\n", faults_survived);
}

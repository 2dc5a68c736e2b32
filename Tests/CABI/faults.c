/* Makes every kind of wrong call on data sets, records and weights. Arguments: a data set's directory, a
 * record and a file of weights. Prints how many wrong calls returned a status and a reason. */
#include "faults.h"
#include <pthread.h>

static const char *data_path, *record_path, *weights_path;

/* Calls functions with an invalid handle: one that the library never returned, or a released one. */
static void made_up_handles(be_handle handle) {
    be_handle other = 42;
    const char *text = "untouched";
    int64_t count = -7;
    int32_t flag = -7;
    double number = -7;
    be_type type = BE_TEXT;
    be_array array = {.rank = -7};
    be_transform transform = {.zx = 1, .zy = 1};
    float *pixels = floats(3072);

    EXPECT(BE_INVALID_HANDLE, be_duplicate(handle, &other));
    EXPECT(BE_INVALID_HANDLE, be_release(handle));
    EXPECT(BE_INVALID_HANDLE, be_dataset_name(handle, &text));
    EXPECT(BE_INVALID_HANDLE, be_dataset_checksum(handle, &text));
    EXPECT(BE_INVALID_HANDLE, be_dataset_class_count(handle, &count));
    EXPECT(BE_INVALID_HANDLE, be_dataset_class_name(handle, 0, &text));
    EXPECT(BE_INVALID_HANDLE, be_dataset_count(handle, BE_TRAIN, &count));
    EXPECT(BE_INVALID_HANDLE, be_dataset_images(handle, BE_TRAIN, &array));
    EXPECT(BE_INVALID_HANDLE, be_dataset_labels(handle, BE_TEST, &array));
    EXPECT(BE_INVALID_HANDLE, be_dataset_augment(handle, BE_TRAIN, 0, &transform, pixels, 3072));
    EXPECT(BE_INVALID_HANDLE, be_record_type(handle, "", &type));
    EXPECT(BE_INVALID_HANDLE, be_record_bool(handle, "", &flag));
    EXPECT(BE_INVALID_HANDLE, be_record_number(handle, "", &number));
    EXPECT(BE_INVALID_HANDLE, be_record_text(handle, "", &text));
    EXPECT(BE_INVALID_HANDLE, be_record_array(handle, "", &array));
    EXPECT(BE_INVALID_HANDLE, be_record_count(handle, "", &count));
    EXPECT(BE_INVALID_HANDLE, be_record_key(handle, "", 0, &text));
    EXPECT(BE_INVALID_HANDLE, be_weights_count(handle, &count));
    EXPECT(BE_INVALID_HANDLE, be_weights_name(handle, 0, &text));
    EXPECT(BE_INVALID_HANDLE, be_weights_tensor(handle, "", &array));
    REQUIRE(other == 42 && count == -7 && flag == -7 && number == -7 && type == BE_TEXT && array.rank == -7);
    REQUIRE(strcmp(text, "untouched") == 0 && pixels[0] == -1);
    free(pixels);
}

static void null_arguments(be_handle data, be_handle record, be_handle weights) {
    be_handle other;
    be_array array;
    be_transform transform = {.zx = 1, .zy = 1};
    float *pixels = floats(3072);

    EXPECT(BE_INVALID_ARGUMENT, be_duplicate(data, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_open(NULL, &other));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_open(data_path, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_name(data, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_checksum(data, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_class_count(data, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_class_name(data, 0, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_count(data, BE_TRAIN, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_images(data, BE_TRAIN, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_labels(data, BE_TRAIN, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_augment(data, BE_TRAIN, 0, NULL, pixels, 3072));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_augment(data, BE_TRAIN, 0, &transform, NULL, 3072));
    EXPECT(BE_INVALID_ARGUMENT, be_record_open(NULL, &other));
    EXPECT(BE_INVALID_ARGUMENT, be_record_open(record_path, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_type(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_bool(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_number(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_text(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_array(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_array(record, NULL, &array));
    EXPECT(BE_INVALID_ARGUMENT, be_record_count(record, "", NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_record_key(record, "", 0, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_open(NULL, &other));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_open(weights_path, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_count(weights, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_name(weights, 0, NULL));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_tensor(weights, NULL, &array));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_tensor(weights, "", NULL));
    free(pixels);
}

/* Handles of objects of another kind; invalid indices, values and files. */
static void wrong_arguments(be_handle data, be_handle record, be_handle weights) {
    be_handle other;
    const char *text;
    int64_t count;
    double number;
    be_array array;
    EXPECT(BE_INVALID_HANDLE, be_dataset_count(record, BE_TRAIN, &count));
    EXPECT(BE_INVALID_HANDLE, be_record_count(weights, "", &count));
    EXPECT(BE_INVALID_HANDLE, be_weights_count(data, &count));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_images(data, (be_split)2, &array));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_images(data, (be_split)-1, &array));
    int64_t indices[] = {-1, 10, INT64_MAX, INT64_MIN};
    for (int i = 0; i < 4; i++) {
        EXPECT(BE_NOT_FOUND, be_dataset_class_name(data, indices[i], &text));
        EXPECT(BE_NOT_FOUND, be_record_key(record, "", indices[i] == 10 ? 1000 : indices[i], &text));
        EXPECT(BE_NOT_FOUND, be_weights_name(weights, indices[i] == 10 ? 1000 : indices[i], &text));
    }
    const char *paths[] = {"nothing", ".", "..", "results..", "results.-1", "results.99999999999999999999"};
    for (int i = 0; i < 6; i++) EXPECT(BE_NOT_FOUND, be_record_number(record, paths[i], &number));
    EXPECT(BE_WRONG_TYPE, be_record_number(record, "", &number));
    EXPECT(BE_NOT_FOUND, be_weights_tensor(weights, "nothing", &array));
    EXPECT(BE_INVALID_ARGUMENT, be_record_number(record, "\xff", &number));
    EXPECT(BE_INVALID_ARGUMENT, be_weights_tensor(weights, "\xc3", &array));
    EXPECT(BE_INVALID_ARGUMENT, be_dataset_open("\xed\xa0\x80", &other));
    const char *files[] = {"", "/", "/nowhere/at/all", "/dev/null", "/proc/self/mem", weights_path};
    for (int i = 0; i < 6; i++) {
        EXPECT(BE_CANNOT_READ, be_record_open(files[i], &other));
        EXPECT(BE_CANNOT_READ, be_dataset_open(files[i], &other));
    }
    EXPECT(BE_CANNOT_READ, be_weights_open(record_path, &other));
}

/* A buffer that is one value too small for an image, and extreme transformations. */
static void sizes(be_handle data) {
    float *pixels = floats(3072), *fewer = floats(3071);
    be_transform transform = {.zx = 1, .zy = 1, .fill_mode = BE_FILL_WRAP};
    int64_t capacities[] = {3071, 0, -1, INT64_MIN};
    for (int i = 0; i < 4; i++)
        EXPECT(BE_INVALID_ARGUMENT, be_dataset_augment(data, BE_TRAIN, 0, &transform, fewer, capacities[i]));
    REQUIRE(fewer[0] == -1);
    /* Extreme transformations must not write outside the buffer. */
    double values[] = {0, 1e-300, 1, -45, 1e9, -1e9, 1e18, -1e300, 1.7e308};
    for (int mode = BE_FILL_NEAREST; mode <= BE_FILL_WRAP; mode++) {
        for (int i = 0; i < 9; i++) {
            transform = (be_transform){.fill_mode = (be_fill_mode)mode, .zx = 1, .zy = 1};
            double *fields[] = {&transform.theta, &transform.tx, &transform.ty,
                                &transform.shear, &transform.zx, &transform.zy};
            for (int field = 0; field < 6; field++) {
                double before = *fields[field];
                *fields[field] = values[i];
                be_status status = be_dataset_augment(data, BE_TEST, 1, &transform, pixels, 3072);
                REQUIRE(status == BE_OK || status == BE_INVALID_ARGUMENT);
                *fields[field] = before;
            }
        }
    }
    free(pixels);
    free(fewer);
}

static be_handle contested;

/* Uses a handle that other threads release and replace at the same time. */
static void *contend(void *unused) {
    (void)unused;
    for (int i = 0; i < 300; i++) {
        be_handle mine = 0, record = 0;
        be_status status = be_duplicate(__atomic_load_n(&contested, __ATOMIC_SEQ_CST), &mine);
        REQUIRE(status == BE_OK || status == BE_INVALID_HANDLE);
        if (status == BE_OK) {
            be_array losses;
            EXPECT(BE_OK, be_record_array(mine, "results.loss", &losses));
            REQUIRE(((const double *)losses.data)[losses.shape[0] - 1] == 0.5);
        }
        EXPECT(BE_OK, be_record_open(record_path, &record));
        be_handle former = __atomic_exchange_n(&contested, record, __ATOMIC_SEQ_CST);
        status = be_release(former);
        REQUIRE(status == BE_OK || status == BE_INVALID_HANDLE);
        if (mine != 0) {
            EXPECT(BE_OK, be_release(mine));
            EXPECT(BE_INVALID_HANDLE, be_release(mine));
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    REQUIRE(argc == 4 && be_abi_version() == BE_ABI_VERSION);
    data_path = argv[1], record_path = argv[2], weights_path = argv[3];

    be_handle data, record, weights, released;
    EXPECT(BE_OK, be_dataset_open(data_path, &data));
    EXPECT(BE_OK, be_record_open(record_path, &record));
    EXPECT(BE_OK, be_weights_open(weights_path, &weights));
    EXPECT(BE_OK, be_duplicate(record, &released));
    EXPECT(BE_OK, be_release(released));

    be_handle false_handles[] = {0, 1, UINT64_MAX, 0xDEADBEEF, (uint64_t)1 << 63, data + 1, released};
    for (size_t i = 0; i < sizeof false_handles / sizeof *false_handles; i++)
        made_up_handles(false_handles[i] == data + 1 ? data + ((uint64_t)1 << 40) : false_handles[i]);
    null_arguments(data, record, weights);
    wrong_arguments(data, record, weights);
    sizes(data);

    pthread_t threads[8];
    EXPECT(BE_OK, be_record_open(record_path, &contested));
    for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, contend, NULL) == 0);
    for (int i = 0; i < 8; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);

    /* The objects must be unchanged. */
    be_array images, tensor;
    EXPECT(BE_OK, be_dataset_images(data, BE_TRAIN, &images));
    EXPECT(BE_OK, be_weights_tensor(weights, "bias", &tensor));
    long sum = 0;
    for (int64_t i = 0; i < images.shape[0] * 3072; i++) sum += ((const unsigned char *)images.data)[i];
    REQUIRE(sum == 3072L * (20 * 3 + 20 * 9));
    REQUIRE(tensor.rank == 1 && ((const float *)tensor.data)[tensor.shape[0] - 1] == 1);
    EXPECT(BE_OK, be_release(data));
    EXPECT(BE_OK, be_release(record));
    EXPECT(BE_OK, be_release(weights));
    made_up_handles(weights);
    printf("%d faults survived\n", faults_survived);
}

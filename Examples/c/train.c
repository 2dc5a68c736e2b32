/* Trains a small network on a data set, and classifies an image with it: BigEggs from C.
 *
 *     make install PREFIX=$HOME/.local
 *     export PKG_CONFIG_PATH=$HOME/.local/lib/pkgconfig
 *     cc -o train Examples/c/train.c $(pkg-config --cflags --libs bigeggs)
 *     ./train auto 5000 model.safetensors
 *
 * The arguments are the data set ("auto", "cifar10", "fashion-mnist", or the path of a directory or archive), how
 * many of its training images and of its test images to use, and where to save the model.
 */
#include <bigeggs.h>
#include <stdio.h>
#include <stdlib.h>

#define SCALE "\"rescale\": 0.00392156862745098"

/* Every call can fail; this program then prints the reason and exits. */
static void check(be_status status) {
    if (status == BE_OK) return;
    fprintf(stderr, "error: %s\n", be_last_error());
    exit(1);
}

/* Called during the training: redraws a progress line, and keeps one line for each epoch. */
static int32_t show(const be_progress *progress, void *context) {
    (void)context;
    if (progress->event != BE_BATCH_END && progress->event != BE_EPOCH_END) return 0;
    printf("\repoch %d of %d, step %d of %d:", (int)progress->epoch + 1, (int)progress->epochs,
           (int)progress->step + 1, (int)progress->steps);
    for (int32_t i = 0; i < progress->metric_count; i++)
        printf("  %s %.4f", progress->metric_names[i], progress->metrics[i]);
    if (progress->event == BE_EPOCH_END) printf("\n");
    fflush(stdout);
    return 0; /* Anything else would end the training. */
}

int main(int argc, char **argv) {
    const char *source = argc > 1 ? argv[1] : "auto";
    const char *path = argc > 3 ? argv[3] : "model.safetensors";
    char limited[80];
    snprintf(limited, sizeof limited, "{" SCALE ", \"limit\": %d}", argc > 2 ? atoi(argv[2]) : 5000);

    if (be_abi_version() != BE_ABI_VERSION) {
        fprintf(stderr, "error: the library is of another version than the header\n");
        return 1;
    }
    be_handle data, train, test;
    check(be_dataset_open(source, &data));
    check(be_images_of_dataset(data, BE_TRAIN, limited, &train));
    check(be_images_of_dataset(data, BE_TEST, limited, &test));

    be_handle model;
    check(be_model_create("{\"input\": [32, 32, 3], \"seed\": 7}", &model));
    const char *convolution =
        "{\"filters\": 32, \"kernel_size\": 3, \"padding\": \"same\", \"activation\": \"relu\"}";
    check(be_model_add(model, "Conv2D", convolution));
    check(be_model_add(model, "BatchNormalization", NULL));
    check(be_model_add(model, "MaxPooling2D", NULL));
    check(be_model_add(model, "Conv2D", convolution));
    check(be_model_add(model, "BatchNormalization", NULL));
    check(be_model_add(model, "MaxPooling2D", NULL));
    check(be_model_add(model, "Flatten", NULL));
    check(be_model_add(model, "Dense", "{\"units\": 10, \"activation\": \"softmax\"}"));
    check(be_model_compile(model, "Adam", "{\"learning_rate\": 0.001}", "sparse_categorical_crossentropy"));

    const char *settings = "{\"batch_size\": 128, \"epochs\": 2}";
    check(be_model_fit(model, train, test, 0, settings, show, NULL, NULL));

    double loss, accuracy;
    check(be_model_evaluate(model, test, "{\"batch_size\": 128}", &loss, &accuracy));
    printf("On the test images: loss %.4f, accuracy %.1f %%.\n", loss, 100 * accuracy);

    /* Classifies an image in the caller's memory, here the data set's first test image. */
    be_array image;
    be_handle asked;
    float probabilities[10];
    check(be_dataset_images(data, BE_TEST, &image));
    image.shape[0] = 1;
    check(be_images_create(&image, NULL, "{" SCALE "}", &asked));
    check(be_model_predict(model, asked, NULL, probabilities, 10));
    int best = 0;
    for (int i = 1; i < 10; i++)
        if (probabilities[i] > probabilities[best]) best = i;
    const char *name;
    check(be_dataset_class_name(data, best, &name));
    printf("The first of them is taken for class %s, with a probability of %.2f.\n", name,
           probabilities[best]);

    check(be_model_save(model, path, NULL));
    printf("The model is in %s.\n", path);

    be_handle all[] = {asked, test, train, model, data};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) check(be_release(all[i]));
    return 0;
}

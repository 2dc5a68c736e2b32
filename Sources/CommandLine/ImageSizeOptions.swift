import ArgumentParser
import Reporting

/// The option of the image size, for commands that do not read it from weights.
struct ImageSizeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Height and width of the images, 32 to 256; your own pictures are scaled to this size.",
            discussion: """
                Default: the recipe's smallest size, or else 32. resnet18 and mobile take 64 to 256, the report's \
                recipes 32.
                """,
            valueName: "pixels"))
    var imageSize: Int?

    func validate() throws {
        if let imageSize, !Recipe.allImageSizes.contains(imageSize) {
            throw ValidationError("--image-size is 32 to 256, and not \(imageSize)")
        }
    }

    /// The size of a recipe's images.
    func imageSize(for recipe: Recipe) -> Int { imageSize ?? recipe.imageSizes.lowerBound }
}

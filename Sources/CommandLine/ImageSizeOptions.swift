import ArgumentParser
import Reporting

/// The option that says how large images are, for every command to which weights do not say it.
struct ImageSizeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Height and width of the images, 32 to 256: your own pictures are scaled to it.",
            discussion:
                "Without it, 32, or the least of the recipe: resnet18 and mobile take 64 to 256, the report's 32.",
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

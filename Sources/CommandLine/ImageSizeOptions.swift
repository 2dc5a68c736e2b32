import ArgumentParser
import Reporting

/// The option that says how large images are, for every command to which weights do not say it.
struct ImageSizeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Height and width that your own pictures are scaled to, 32 to 256 (default: the recipe's least).",
            discussion: "The report's networks take 32, the recipes resnet18 and mobile 64 to 256.",
            valueName: "pixels"))
    var imageSize: Int?

    func validate() throws {
        if let imageSize, !(32...256).contains(imageSize) {
            throw ValidationError("--image-size is 32 to 256, and not \(imageSize)")
        }
    }

    /// The size of a recipe's images.
    func imageSize(for recipe: Recipe) -> Int { imageSize ?? recipe.imageSizes.lowerBound }
}

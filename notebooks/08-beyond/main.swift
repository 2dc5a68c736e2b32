// %% [markdown]
// # 8. Beyond the report
//
// A single training is a random sample: another seed gives other weights and another accuracy. The report
// chose its best epoch by the test images, which makes the result too good. It claims an accuracy above 0.9
// without saying how that was reached. This section examines all three points: it trains the report's two
// recipes with three seeds, chooses the epoch without the test images, and adds single ingredients to the
// augmented recipe.

// %%
import BigEggs
import Reporting

let section = try Section()
_ = try section.loadData()

// %% [markdown]
// ## The study
//
// The study's trainings take hours, so they are not part of this script: `bigeggs study` runs them, all or
// one at a time. Their records are kept beside the report's records. Each training uses the first 45,000
// training images, and its epoch is chosen by the last 5,000. The network is also tested after every epoch,
// but the test images decide nothing. With a learning-rate schedule there is no choice: the last epoch's
// weights are kept.

// %%
let study = try section.study()
try section.record("study", study)
let runs = study?.runs ?? []
let recipes = study?.recipes ?? []
section.show(
    study.map {
        """
        \($0.runs.count) of the study's \($0.planned) trainings are recorded.\
        \($0.runs.count < $0.planned ? " `bigeggs study` trains the others." : "")
        """
    } ?? "The study is of CIFAR-10. These are other images, so there is nothing to show.")

// %% [markdown]
// ## The effect of another seed
//
// Weights, order of the images, dropout and augmentation all follow from the seed. Differences between the rows
// of one recipe are chance. A difference between recipes means nothing unless it is larger.

// %%
let own = runs.filter { ["plain", "augmented"].contains($0.recipe) }
section.show(
    Table(
        ["recipe", "seed", "epoch kept", "held-out accuracy", "test loss", "test accuracy"],
        rows: own.map { run in
            [
                run.recipe, "\(run.seed)", "\(run.keptEpoch) of \(run.epochs)",
                run.heldOut.accuracy.percent, run.test.loss.fixed(3), run.test.accuracy.percent,
            ]
        }))

// %% [markdown]
// ## The effect of choosing the epoch by the test images
//
// The same trainings, with the epoch chosen as in the report, by the loss on the test images. The last column
// is the highest test accuracy of any epoch: the most that such a choice could claim.

// %%
section.show(
    Table(
        [
            "run", "chosen by held-out", "test accuracy", "chosen by test", "test accuracy", "difference",
            "highest",
        ],
        rows: (study?.selection ?? []).map { run in
            [
                run.run, "epoch \(run.epochByHeldOut)", run.byHeldOut.accuracy.percent,
                "epoch \(run.epochByTest)", run.byTest.accuracy.percent,
                "\((100 * run.flattery).fixed(2)) points", run.highestAccuracy.percent,
            ]
        }))
if !own.isEmpty { section.figure("study-selection") }

// %% [markdown]
// ## What each ingredient adds
//
// The first two recipes are the report's. Each other recipe is the augmented one with one change; the last
// has all changes. For the column with mirror images, the predictions for an image and for its mirror image
// are averaged. This doubles the time of a prediction, and does not change the training. Points are
// percentage points of mean test accuracy above the report's augmented recipe.

// %%
section.show(
    Table(
        ["recipe", "", "seeds", "test loss", "test accuracy", "points", "with mirror images", "command"],
        rows: recipes.map { recipe in
            [
                recipe.recipe, recipe.summary, "\(recipe.seeds.count)", recipe.loss.mean.fixed(3),
                recipe.accuracy.mean.percent, recipe.gain.map { (100 * $0).fixed(2) } ?? "–",
                recipe.mirroredAccuracy.mean.percent, recipe.command,
            ]
        }))
if !recipes.isEmpty { section.figure("study-recipes") }

// %% [markdown]
// ## What the results mean
//
// Compare the report's 0.9 with the row of its own recipe, and with the row of the best recipe.

// %%
let reference = recipes.first { $0.recipe == "augmented" }
let best = recipes.max { $0.mirroredAccuracy.mean < $1.mirroredAccuracy.mean }
if let reference, let best {
    section.headline(
        """
        The report's recipe gives \(reference.accuracy.mean.percent) on average over \(reference.seeds.count) \
        \(reference.seeds.count == 1 ? "seed" : "seeds"), the best recipe (\(best.recipe)) \
        \(best.mirroredAccuracy.mean.percent) with mirror images.
        """)
} else {
    section.headline("Too few trainings of the study are recorded for a result.")
}
try section.end()

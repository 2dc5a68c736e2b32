// %% [markdown]
// # 8. Beyond the report
//
// One training is one draw: another seed gives other weights and another accuracy. The report chose its best
// epoch by the test images, which flatters the result. And it names more than 0.9 without saying what that
// took. This section asks how much of each there is: the report's two recipes with three seeds, an epoch
// chosen without the test images, and one ingredient after another added to the augmented recipe.

// %%
import BigEggs
import Reporting

let section = try Section()
_ = try section.loadData()

// %% [markdown]
// ## The study
//
// Its trainings take hours, so they are not part of this script: `bigeggs study` runs them, all or one at a
// time, and their records are kept beside the report's. All train on the first 45,000 training images, keep
// weights by the last 5,000, and look at the test images after every epoch without letting them decide.
// Where the learning rate follows a schedule there is nothing to choose: the last epoch's weights are kept.

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
    } ?? "The study is of CIFAR-10, which these images are not: there is nothing to show.")

// %% [markdown]
// ## What another seed gives
//
// Weights, order of the images, dropout and augmentation all follow from the seed. What differs from row to
// row within a recipe is chance, and no difference between recipes that is smaller means anything.

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
// ## What choosing by the test images is worth
//
// The same trainings, had their epoch been chosen as the report did it, by the test images' loss. The last
// column is the highest test accuracy of any epoch: the most that choosing could have claimed.

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
// Each recipe is the augmented one with one thing changed, but for the last, which has them all. The column
// with mirror images averages what the network says of an image and of its mirror image, which takes twice
// the time to predict and no training. Points are percentage points of mean test accuracy over the report's
// augmented recipe.

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
// ## What it means
//
// The report's 0.9 is to be judged by the row of its own recipe, and by how far the best one gets.

// %%
let reference = recipes.first { $0.recipe == "augmented" }
let best = recipes.max { $0.mirroredAccuracy.mean < $1.mirroredAccuracy.mean }
if let reference, let best {
    section.headline(
        """
        The report's recipe gives \(reference.accuracy.mean.percent) on average over \(reference.seeds.count) \
        \(reference.seeds.count == 1 ? "seed" : "seeds"), the best (\(best.recipe)) \
        \(best.mirroredAccuracy.mean.percent) with mirror images.
        """)
} else {
    section.headline("The study has not come far enough to say.")
}
try section.end()

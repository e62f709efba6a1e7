using System.CommandLine;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>train</c>: trains a model on the user's own data.</summary>
internal static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = new DataOptions();
        var preset = new Option<string[]>("--preset")
        {
            Description = $"A model to train: {string.Join(", ", ModelFile.Presets)}. Several, or several files, are trained and compared; the first is kept.",
            HelpName = "NAME",
        };
        var config = new Option<string[]>("--config") { Description = "A file that describes a model to train; see docs/tool.md.", HelpName = "FILE" };
        preset.AcceptOnlyFromAmong([.. ModelFile.Presets]);
        CommonOptions.RequireName(config, "file");
        Option<ulong> seed = CommonOptions.Integer("--seed", "Decides all random numbers.", _ => 1UL, "NUMBER", 0UL, ulong.MaxValue - 1000);
        Option<int> seeds = CommonOptions.Integer("--seeds", "How many seeds each model is trained with, from --seed on.", _ => 1, "COUNT", 1, 1000);
        Option<int?> epochs = CommonOptions.OptionalInteger("--epochs", "How often every interaction is seen at most; by default as the model says.", "COUNT", 1, 1_000_000);
        Option<int?> batch = CommonOptions.OptionalInteger("--batch-size", "Interactions in a step; by default as the model says.", "COUNT", 2, 1 << 20);
        Option<int?> dimensions = CommonOptions.OptionalInteger("--dimensions", "Dimensions of the embeddings; by default as the model says.", "COUNT", 1, 1 << 16);
        Option<int?> budget = CommonOptions.OptionalInteger("--time-budget", "Seconds after which a training ends.", "SECONDS", 1, int.MaxValue);
        Option<int?> steps = CommonOptions.OptionalInteger("--checkpoint-steps", "Steps between checkpoints within an epoch; by default one at the end of each epoch.", "COUNT", 1, int.MaxValue);
        var directory = new Option<string>("--out") { Description = "The folder for model.safetensors, report.html and checkpoints.", DefaultValueFactory = _ => "out", HelpName = "FOLDER" };
        CommonOptions.RequireName(directory, "folder");
        var json = new Option<string?>("--json") { Description = "A file for all figures.", HelpName = "FILE" };
        CommonOptions.RequireName(json, "file");
        var from = new Option<string?>("--from") { Description = "A model that 'train' saved, to begin with: known ids keep what was learnt, new ones get rows of their own.", HelpName = "MODEL" };
        CommonOptions.RequireName(from, "file");
        var resume = new Option<bool>("--resume") { Description = "Go on from the checkpoints that an interrupted run with the same arguments left in --out." };
        Option<int> workers = CommonOptions.Workers();
        Option<string?> backend = CommonOptions.Backend();
        var command = new Command("train", "Trains a model on interactions from a file, compares it with baselines, and saves it with a report.")
        {
            preset, config, seed, seeds, epochs, batch, dimensions, budget, steps, directory, json, from, resume, workers, backend,
        };
        data.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var models = new List<NamedModel>();
            foreach (string name in result.GetValue(preset) ?? [])
            {
                models.Add(new NamedModel(name, ModelFile.Preset(name)));
            }

            foreach (string file in result.GetValue(config) ?? [])
            {
                models.Add(new NamedModel(Path.GetFileNameWithoutExtension(file), await ModelFile.ReadAsync(file, cancellationToken).ConfigureAwait(false), file));
            }

            if (models.Count == 0)
            {
                models.Add(new NamedModel(ModelFile.Presets[0], ModelFile.Preset(ModelFile.Presets[0])));
            }

            if (models.GroupBy(model => model.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                throw new ToolException($"Two of the models have the name '{twice.Key}'; each needs its own, which is that of the preset, or of the file without its extension.");
            }

            RequireAlike(models);
            var settings = new RunSettings
            {
                OutputDirectory = result.GetRequiredValue(directory),
                JsonFile = result.GetValue(json),
                Workers = result.GetRequiredValue(workers),
                Backend = result.GetValue(backend),
                Seed = result.GetRequiredValue(seed),
                Seeds = result.GetRequiredValue(seeds),
                From = result.GetValue(from),
                Resume = result.GetValue(resume),
                CheckpointSteps = result.GetValue(steps),
                TimeBudget = result.GetValue(budget) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            };
            DataSettings dataSettings = data.Read(result);
            foreach (NamedModel model in models)
            {
                if (dataSettings.NegativesColumn is not null && model.Description.Training.CorrectSamplingBias)
                {
                    throw new ToolException($"'{model.Name}' corrects the sampling bias, for which items of --negatives have no probability; use a description with \"correct_sampling_bias\": false.");
                }

                DataNeeds.Require(model.Name, model.Description, dataSettings);
                if (dataSettings.Test is not null && model.Description.Split.IsThinned)
                {
                    throw new ToolException($"'{model.Name}' leaves out interactions before they are cut ('duplicates', 'minimum_per_user', 'minimum_per_item'), but with --test they are cut already.");
                }
            }

            return await new TrainJob(
                terminal,
                dataSettings,
                [.. models.Select(model => model with { Description = Changed(model.Description, result.GetValue(epochs), result.GetValue(batch), result.GetValue(dimensions)) })],
                settings).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static void RequireAlike(List<NamedModel> models)
    {
        ModelDescription first = models[0].Description;
        foreach (NamedModel model in models)
        {
            if (BaselineMethods.Names.Contains(model.Name, StringComparer.OrdinalIgnoreCase))
            {
                throw new ToolException($"A model cannot be named '{model.Name}', as a baseline is; give its file another name.");
            }

            if (model.Description.Split != first.Split || model.Description.Training.Refit != first.Training.Refit || !model.Description.Evaluation.IsComparable(first.Evaluation))
            {
                throw new ToolException($"'{model.Name}' and '{models[0].Name}' cannot be compared: they differ in 'split', 'evaluation' or 'refit'.");
            }
        }
    }

    private static ModelDescription Changed(ModelDescription model, int? epochs, int? batch, int? dimensions) => model with
    {
        Dimensions = dimensions ?? model.Dimensions,
        Training = model.Training with { Epochs = epochs ?? model.Training.Epochs, BatchSize = batch ?? model.Training.BatchSize },
    };
}

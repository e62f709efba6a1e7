using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Finds out before data is read that a model needs what the options do not give.</summary>
internal static class DataNeeds
{
    /// <exception cref="ToolException">The message names the option that is missing, or what does not fit it.</exception>
    public static void Require(string name, ModelDescription model, DataSettings data)
    {
        foreach (FeatureDescription feature in model.Query.Features.Concat(model.Candidate.Features))
        {
            TimeUnit? unit = feature switch { TimeDescription time => time.Unit, TimeBucketDescription bucket => bucket.Unit, _ => null };
            if (unit is not null && data.TimeColumn is null)
            {
                throw new ToolException($"'{name}' reads the time of a query; name its column by --time.");
            }

            if (unit == TimeUnit.Seconds && data.TimeFormat == TimeFormat.Date)
            {
                throw new ToolException($"'{name}' reads times in seconds, but dates become milliseconds; give its feature '{feature.FeatureName}' \"unit\": \"milliseconds\".");
            }
        }

        if (data.TimeColumn is null && data.Test is null && model.Split.Type == SplitKind.Latest)
        {
            throw new ToolException($"'{name}' holds out the latest interactions; name the column of their times by --time.");
        }
    }
}

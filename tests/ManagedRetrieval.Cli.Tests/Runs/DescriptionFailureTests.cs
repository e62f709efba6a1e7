using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>What is wrong with a model's description is told in one line, before data is read.</summary>
public sealed class DescriptionFailureTests : IDisposable
{
    private const string Query = "{ \"type\": \"id\", \"from\": \"user\" }", Candidate = "{ \"type\": \"id\", \"from\": \"item\" }";

    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("\"dimensions\": 8", "\"dimension\": 8", "line 2", "no such key as dimension.")]
    [InlineData("\"query\": {", "\"query\": { \"colour\": 1,", "line 3", "no such key as query.colour.")]
    [InlineData("\"from\": \"user\"", "\"form\": \"user\"", "line 3", "no such key as query.features[0].form.")]
    [InlineData("\"temperature\"", "\"temp\"", "line 5", "no such key as task.temp.")]
    [InlineData("\"learning_rate\"", "\"rate\"", "line 6", "no such key as optimizer.rate.")]
    [InlineData("\"epochs\"", "\"epoch\"", "line 7", "no such key as training.epoch.")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 8, \"dimensions\": 16", "line 2", "dimensions", "twice")]
    [InlineData("\"from\": \"user\"", "\"from\": \"user\", \"from\": \"user\"", "line 3", "query.features[0]", "twice")]
    [InlineData("\"task\": {", "\"split\": { \"by\": 1 }, \"task\": {", "no such key as split.by.")]
    [InlineData("\"task\": {", "\"evaluation\": { \"k\": 1 }, \"task\": {", "no such key as evaluation.k.")]
    [InlineData("\"query\": {", "\"query\": { \"layers\": [{ \"type\": \"dense\", \"units\": 4, \"size\": 1 }],", "no such key as query.layers[0].size.")]
    [InlineData("\"query\": {", "\"query\": { \"layers\": [{ \"type\": \"dense\" }],", "query.layers[0] lacks a key that is required: 'units'")]
    [InlineData("\"features\": [" + Candidate + "]", "", "candidate lacks a key that is required: 'features'")]
    [InlineData("[" + Candidate + "]", "[]", "candidate.features is empty, expected at least one feature")]
    [InlineData("[" + Candidate + "]", "[null]", "line 4", "candidate.features[0] is null")]
    [InlineData("[" + Candidate + "]", "7", "candidate.features has a value of the wrong kind, expected a list")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": \"eight\"", "line 2", "dimensions has a value of the wrong kind, expected a whole number")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 8.5", "line 2", "dimensions has a value of the wrong kind, expected a whole number")]
    [InlineData("\"dimensions\": 8", "\"normalize\": 1", "normalize has a value of the wrong kind, expected true or false")]
    [InlineData("\"from\": \"user\"", "\"from\": 1", "query.features[0].from has a value of the wrong kind, expected a text")]
    [InlineData("0.05", "\"NaN\"", "optimizer.learning_rate has a value of the wrong kind, expected a number")]
    [InlineData("0.05", "NaN", "line 6", "no JSON")]
    [InlineData("{ \"temperature\": 0.1 }", "null", "null")]
    [InlineData("{ \"temperature\": 0.1 }", "1", "task has a value of the wrong kind, expected an object")]
    [InlineData("\"learning_rate\"", "\"type\": \"adamant\", \"learning_rate\"", "optimizer.type has a value of the wrong kind, expected one of adam, adam_w, adagrad, row_wise_adagrad, sgd.")]
    [InlineData("\"type\": \"id\", \"from\": \"user\"", "\"type\": \"ids\", \"from\": \"user\"", "query.features[0] has an unknown type, expected one of id, hash, text,")]
    [InlineData("\"type\": \"id\", \"from\": \"user\"", "\"from\": \"user\"", "line 3", "query.features[0] has no type, expected one of id, hash, text,")]
    [InlineData("\"query\": {", "\"query\": { \"layers\": [{ \"type\": \"dance\" }],", "query.layers[0] has an unknown type, expected one of dense, linear, cross.")]
    [InlineData("\"epochs\"", "\"metric\": \"recal@10\", \"epochs\"", "no metric 'recal@10'", "recall@10")]
    [InlineData("\"epochs\"", "\"metric\": \"recall@0\", \"epochs\"", "no metric 'recall@0'")]
    [InlineData("\"task\": {", "\"evaluation\": { \"ks\": [10, 0] }, \"task\": {", "evaluation.ks is 0, expected cut-offs of at least 1")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 0", "dimensions is 0, expected from 1")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": -3", "dimensions is -3, expected from 1")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 8, \"matryoshka\": [16]", "matryoshka is 16")]
    [InlineData("\"dimensions\": 8", "\"dimensions\": 8, \"matryoshka\": [4, 4]", "matryoshka is 4")]
    [InlineData("\"dimensions\": 8", "\"embedding_scale\": 0", "embedding_scale is 0, expected a number above 0")]
    [InlineData("\"batch_size\": 32", "\"batch_size\": 1", "line 7", "training.batch_size is 1, expected at least 2")]
    [InlineData("\"epochs\": 3", "\"epochs\": 0", "training.epochs is 0, expected at least 1")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"patience\": 0", "training.patience is 0, expected at least 1")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"sampled_negatives\": -1", "training.sampled_negatives is -1, expected at least 0")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"hard_negatives\": { \"per_query\": 0 }", "training.hard_negatives.per_query is 0, expected at least 1")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"hard_negatives\": { \"every_steps\": 0 }", "training.hard_negatives.every_steps is 0, expected at least 1")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"hard_negatives\": { \"skip\": -1 }", "training.hard_negatives.skip is -1, expected at least 0")]
    [InlineData("\"epochs\": 3", "\"epochs\": 3, \"hard_negatives\": {}, \"correct_sampling_bias\": true", "line 7", "training.correct_sampling_bias is true, expected false with hard_negatives")]
    [InlineData("\"task\": {", "\"split\": { \"duplicates\": \"keep_some\" }, \"task\": {", "split.duplicates has a value of the wrong kind, expected one of keep_all, keep_first, keep_last.")]
    [InlineData("\"task\": {", "\"split\": { \"minimum_per_user\": 0 }, \"task\": {", "split.minimum_per_user is 0, expected at least 1")]
    [InlineData("\"task\": {", "\"split\": { \"minimum_per_item\": 0 }, \"task\": {", "split.minimum_per_item is 0, expected at least 1")]
    [InlineData("0.05", "0", "optimizer.learning_rate is 0, expected a number above 0")]
    [InlineData("0.05", "-1", "optimizer.learning_rate is -1, expected a number above 0")]
    [InlineData("0.05", "1e999", "optimizer.learning_rate")]
    [InlineData("0.05", "1, \"momentum\": 0.9", "optimizer.momentum is 0.9", "only sgd")]
    [InlineData("0.05", "1, \"average_decay\": 1", "optimizer.average_decay is 1, expected above 0 and below 1")]
    [InlineData("\"temperature\": 0.1", "\"temperature\": 0", "line 5", "task.temperature is 0, expected a number above 0")]
    [InlineData("\"temperature\": 0.1", "\"label_smoothing\": 1", "task.label_smoothing is 1")]
    [InlineData("\"temperature\": 0.1", "\"loss\": \"bpr\", \"label_smoothing\": 0.5", "task.label_smoothing is 0.5", "only the softmax loss")]
    [InlineData("\"temperature\": 0.1", "\"reduction\": \"none\"", "task.reduction is none, expected sum or mean")]
    [InlineData("\"task\": {", "\"split\": { \"type\": \"random\", \"test_share\": 1.5 }, \"task\": {", "split.test_share is 1.5")]
    [InlineData("\"task\": {", "\"split\": { \"type\": \"random\", \"test_share\": 0.6, \"validation_share\": 0.6 }, \"task\": {", "split.test_share is 0.6")]
    [InlineData(", \"from\": \"user\"", "", "line 3", "query.features[0].from is not there, expected the column that is read")]
    [InlineData("\"from\": \"user\"", "\"from\": \"item\"", "query.features[0].from is item")]
    [InlineData(Query, "{ \"type\": \"history\", \"from\": \"user\" }", "query.features[0].from is user", "always reads the history")]
    [InlineData(Query, Query + ", { \"type\": \"hash\", \"from\": \"user\" }", "query.features[1] is the second of name 'user'")]
    [InlineData(Query, "{ \"type\": \"hash\", \"from\": \"user\", \"buckets\": 0 }", "query.features[0].buckets is 0, expected at least 1")]
    [InlineData(Query, "{ \"type\": \"text\", \"from\": \"user\", \"minimum_character_ngram\": 5, \"maximum_character_ngram\": 3 }", "query.features[0].maximum_character_ngram is 3")]
    [InlineData(Query, "{ \"type\": \"history\", \"dropout\": 1 }", "query.features[0].dropout is 1")]
    [InlineData(Query, "{ \"type\": \"history\", \"encoder\": \"lstm\" }", "query.features[0].encoder", "expected one of mean, ")]
    [InlineData("\"query\": {", "\"query\": { \"layers\": [{ \"type\": \"dense\", \"units\": 0 }],", "query.layers[0].units is 0, expected at least 1")]
    [InlineData("\"query\": {", "\"query\": { \"join\": \"glue\",", "query.join", "concatenate, sum")]
    public async Task A_wrong_description_is_refused_by_key_and_by_what_was_expected(string right, string wrong, params string[] problems)
    {
        Assert.Contains(right, SmallData.Ids, StringComparison.Ordinal);
        int place = SmallData.Ids.IndexOf(right, StringComparison.Ordinal);
        string file = _data.Config("wrong", string.Concat(SmallData.Ids.AsSpan(0, place), wrong, SmallData.Ids.AsSpan(place + right.Length)));
        ToolResult result = await InProcess.RunAsync("train", "--data", "nowhere.csv", "--config", file, "--out", _data.Out);
        result.Failed(1, [.. problems, .. problems[0].StartsWith("no metric", StringComparison.Ordinal) ? (string[])[] : [file]]);
        Assert.Equal("", result.Output);
        Assert.False(Directory.Exists(_data.Out));
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{\n\"dimensions\": 8,\n\"query\":", "no JSON", "line 3")]
    [InlineData("[]", "an object")]
    [InlineData("null", "is null")]
    [InlineData("{ }", "lacks")]
    public async Task What_is_no_description_at_all_is_refused(string text, params string[] problems) =>
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", "--config", _data.Config("wrong", text))).Failed(1, [_data.At("wrong.json"), .. problems]);

    [Fact]
    public async Task A_model_that_is_not_there_or_is_there_twice_is_refused_by_name()
    {
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", "--config", _data.At("none.json"))).Failed(1, _data.At("none.json"));
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", "--preset", "nope")).Failed(2, "'nope'", "two-tower-ids", "text", "sequence", "tfrs-basic", "--help'");
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", "--preset", "text", "--preset", "text")).Failed(1, "the name 'text'");
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", "--config", _data.Config("a/ids"), "--config", _data.Config("b/ids"))).Failed(1, "the name 'ids'");
    }

    [Theory]
    [InlineData("--epochs", "0")]
    [InlineData("--batch-size", "1")]
    [InlineData("--dimensions", "-1")]
    [InlineData("--seeds", "0")]
    [InlineData("--time-budget", "0")]
    [InlineData("--checkpoint-steps", "none")]
    [InlineData("--format", "xml")]
    [InlineData("--out", "")]
    public async Task A_wrong_option_is_refused_by_name_as_wrong_usage(string option, string value) =>
        (await InProcess.RunAsync("train", "--data", "nowhere.csv", option, value)).Failed(2, value.Length == 0 ? option : value, "--help");

    [Fact]
    public async Task A_feature_whose_table_or_column_is_not_there_is_refused_by_name()
    {
        string age = _data.Config("age", SmallData.Ids.Replace(Query, "{ \"type\": \"number\", \"from\": \"age\" }", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", age)).Failed(1, "reads 'age'", "--users");
        (await _data.TrainAsync("--config", age, "--items", _data.ItemTable)).Failed(1, "reads 'age'", "--users");
        string genre = _data.Config("genre", SmallData.Ids.Replace(Candidate, "{ \"type\": \"id\", \"from\": \"genre\" }", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", genre, "--items", _data.ItemTable)).Failed(1, "items.csv", "'genre'", "'item', 'title', 'genres', 'price', 'vec'");
        string title = _data.Config("title", SmallData.Ids.Replace(Candidate, "{ \"type\": \"number\", \"from\": \"title\" }", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", title, "--items", _data.ItemTable)).Failed(1, "items.csv", "line 2", "'title'", "number");
        string both = _data.Config("both", SmallData.Ids.Replace(Candidate, "{ \"type\": \"number\", \"from\": \"price\" }, { \"type\": \"id\", \"from\": \"price\", \"name\": \"p\" }", StringComparison.Ordinal));
        (await _data.TrainAsync("--config", both, "--items", _data.ItemTable)).Failed(1, "'price' as number and as text");
    }

    [Theory]
    [InlineData("vec", "3", "Column 'vec' of 'i", "holds 2 numbers, expected 3")]
    [InlineData("genres", "2", "Column 'genres' of 'i", "expected a number")]
    public async Task A_vector_that_is_none_is_refused_by_item(string column, string width, params string[] problems)
    {
        string model = SmallData.Ids.Replace(Candidate, $$"""{ "type": "vector", "from": "{{column}}", "width": {{width}}, "separator": "|" }""", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("vector", model), "--items", _data.ItemTable)).Failed(1, problems);
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Avro;
using MedStreams.Support;

namespace MedStreams.Serialization.Tests.Avro;

/// <summary>Debian's python3-avro as a foreign reader and writer.</summary>
public sealed class PythonAvroTests
{
    private const string Python = "/usr/bin/python3";
    private const int Schemas = 400;

    [Fact]
    public async Task What_one_writes_the_other_reads_and_writes_alike()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/avro"), $"not run: {Python} has no avro");
        var cases = GeneratedTests.Cases(2026, Schemas, plain: true).ToList();
        var everything = AvroCodec.For<Everything>();
        var full = everything.Encode(ClassTests.Full());
        cases.Add(("a class with everything", everything.Schema, AvroCodec.Generic(everything.Schema).Decode(full)));

        var answers = await AskAsync([.. cases.Select(c => new JsonObject
        {
            ["schema"] = c.Schema.ToString(),
            ["hex"] = Convert.ToHexString(AvroCodec.Generic(c.Schema).Encode(c.Value)),
        })]);

        Assert.Equal(cases.Count, answers.Count);
        var differences = cases.Zip(answers, (c, answer) => Difference(c.Schema, c.Value, answer) is { } difference ? $"{c.Name}: {difference}, schema {c.Schema}" : null);
        var all = differences.OfType<string>().ToList();
        Assert.True(all.Count == 0, $"{all.Count} differ: {string.Join(Environment.NewLine, all.Take(5))}");
        Assert.Equal(Convert.ToHexStringLower(full), (string?)answers[^1]["hex"]);
    }

    private static string? Difference(AvroSchema schema, object? value, JsonNode answer)
    {
        if ((string?)answer["hex"] is not { } hex)
            return (string?)answer["error"];
        var read = AvroCodec.Generic(schema).Decode(Convert.FromHexString(hex));
        return GenericEquality.Values(value, read) ? null : $"wrote {AvroJson.Write(value, schema)}, read {AvroJson.Write(read, schema)}";
    }

    private static async Task<List<JsonNode>> AskAsync(List<JsonObject> cases)
    {
        var stop = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Python, [Path.Combine(Repository.Root, "tests", "Serdes", "python", "avro_peer.py")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var error = process.StandardError.ReadToEndAsync(stop);
            foreach (var one in cases)
                await process.StandardInput.WriteLineAsync(one.ToJsonString().AsMemory(), stop);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop);
            Assert.Equal("", await error);
            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}

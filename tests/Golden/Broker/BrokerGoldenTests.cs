using System.Text.Json.Nodes;

namespace MedStreams.Golden.Tests.Broker;

/// <summary>Conversations with a Kafka 3.9.1 node, held again with this broker: what it answers when clients err, too.</summary>
public sealed class BrokerGoldenTests
{
    /// <summary>Conversations that the broker does not claim to hold like Kafka yet, and why.</summary>
    private static readonly Dictionary<string, string> NotServed = [];

    [Fact]
    public async Task The_broker_answers_what_Kafka_answers()
    {
        var tally = new Tally("broker conversations");
        foreach (var file in GoldenFolder.Files("broker", "*.json"))
        {
            var recording = JsonNode.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))!.AsObject();
            var scenario = (string)recording["scenario"]!;
            if (NotServed.ContainsKey(scenario))
            {
                tally.NotServed();
            }
            else
            {
                tally.Count(scenario, await ReplayAsync(recording));
            }
        }

        tally.Close();
    }

    private static async Task<string?> ReplayAsync(JsonObject recording)
    {
        try
        {
            return await Conversation.ReplayAsync(recording);
        }
        catch (IOException exception)
        {
            return $"the connection was closed ({exception.GetType().Name})";
        }
    }
}

using MedStreams.Hl7;
using MedStreams.Streams;
using MedStreams.Streams.Testing;
using MedStreams.Topologies.Delivery;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Tests.Delivery;

/// <summary>Recommendations in, HL7 messages out, and what became of them.</summary>
public sealed class DeliveryTopologyTests : IDisposable
{
    private const long Moment = 1_900_000_000_000;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medstreams-{Guid.NewGuid():N}");
    private readonly Emr _emr = new();
    private DeliveryOptions _options = new() { AssigningAuthority = "HOSPITAL" };
    private TopologyTestDriver? _driver;

    private TopologyTestDriver Driver => _driver ??= Make();

    public void Dispose()
    {
        _driver?.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void S5_6_a_list_is_delivered_as_observations_each_coded_with_its_rationale()
    {
        Send("P1", new Recommendation("MRI", 4.75, 3), new Recommendation("CT", 3.5, 2));

        var message = Assert.Single(_emr.Messages);
        Assert.Equal("ORU^R01^ORU_R01", message.Header[9].Raw.ToString());
        Assert.Equal("P1^^^HOSPITAL", message.Segment("PID")![3].Raw.ToString());
        Assert.Equal(["MRI^^L", "CT^^L"], message.SegmentsOf("OBX").Select(o => o[5].Raw.ToString()));
        Assert.All(message.SegmentsOf("OBX"), o => Assert.Equal("F", o[11].Value));
        Assert.Equal("estimated preference 4.75, from 3 similar (cosine nearest:5)", message.Get("NTE-3"));
        Assert.Equal(["MSH", "PID", "OBR", "OBX", "NTE", "OBX", "NTE"], message.Segments.Select(s => s.Name));
        Assert.Equal(20, message.Header[10].Value.Length);
        var told = Assert.Single(Told());
        Assert.Equal(("AA", message.Header[10].Value, 2, 0), (told.Code, told.ControlId, told.Items, told.Withdrawn));
    }

    [Fact]
    public void S5_6_a_later_list_corrects_the_earlier_under_the_same_filler_number_and_withdraws_what_is_gone()
    {
        Send("P1", new Recommendation("MRI", 4.75, 3), new Recommendation("CT", 3.5, 2));
        Send("P1", new Recommendation("MRI", 4.5, 3));

        var (first, second) = (_emr.Messages[0], _emr.Messages[1]);
        Assert.Equal(first.Get("OBR-3.1"), second.Get("OBR-3.1"));
        Assert.Equal(["C", "D"], second.SegmentsOf("OBX").Select(o => o[11].Value));
        Assert.Equal(["MRI", "CT"], second.SegmentsOf("OBX").Select(o => o[5].Value));
        Assert.NotEqual(first.Header[10].Value, second.Header[10].Value);
    }

    [Fact]
    public void S5_6_a_list_that_says_the_same_and_a_user_who_never_had_one_are_not_delivered_and_a_tombstone_withdraws_all()
    {
        Send("P1", new Recommendation("MRI", 4.75, 3));
        Send("P1", new Recommendation("MRI", 4.75, 3));
        Send("P2");
        Driver.CreateInputTopic("recommendations", Serdes.String, RecommendationSerdes.List).PipeInput("P1", null!);

        Assert.Equal(2, _emr.Messages.Count);
        Assert.Equal("D", _emr.Messages[1].Get("OBX-11"));
    }

    [Fact]
    public void S5_6_a_document_has_a_line_for_each_recommendation()
    {
        _options = _options with { Form = DeliveryForm.Document, Answer = DeliveryAnswer.Commit };
        _emr.Answer = _ => new("CA", "");

        Send("P1", new Recommendation("MRI", 4.75, 3));

        var message = Assert.Single(_emr.Messages);
        Assert.Equal("MDM^T02^MDM_T02", message.Header[9].Raw.ToString());
        Assert.Equal(("AL", "NE"), (message.Header[15].Value, message.Header[16].Value));
        Assert.Equal(["MSH", "EVN", "PID", "PV1", "TXA", "OBX"], message.Segments.Select(s => s.Name));
        Assert.Equal("MRI: estimated preference 4.75, from 3 similar (cosine nearest:5)", message.Get("OBX-5"));
        Assert.Equal("CA", Assert.Single(Told()).Code);
    }

    [Fact]
    public void S5_6_what_is_refused_goes_to_the_dead_letter_topic_and_the_rest_goes_on()
    {
        _emr.Answer = message => message.Get("PID-3.1") == "P1" ? new("AE", "204") : new("AA", "");

        Send("P1", new Recommendation("MRI", 4.75, 3));
        Send("P2", new Recommendation("MRI", 4.75, 3));

        Assert.Single(Told());
        var dead = Assert.Single(Driver.CreateOutputTopic("dead", Serdes.String, Serdes.Bytes).ReadRecords());
        Assert.Equal("P1", dead.Key);
        Assert.Equal("the receiver answered AE, ERR-3 204", System.Text.Encoding.UTF8.GetString(dead.Headers.Single(h => h.Key == "__streams.errors.message").Value!.Value.Span));
    }

    [Fact]
    public void S5_6_a_message_that_found_no_answer_is_sent_again_with_the_same_bytes()
    {
        var calls = 0;
        _emr.Answer = _ => ++calls < 2 ? throw new RetriableException("away") : new MessageReceipt("AA", "");

        Send("P1", new Recommendation("MRI", 4.75, 3));

        Assert.Equal(2, _emr.Messages.Count);
        Assert.Single(_emr.Messages.Select(m => m.Text).Distinct());
        Assert.Single(Told());
    }

    private void Send(string user, params Recommendation[] items) => Driver
        .CreateInputTopic("recommendations", Serdes.String, RecommendationSerdes.List)
        .PipeInput(user, new RecommendationList(user, [.. items], Moment, "cosine nearest:5", false));

    private IReadOnlyList<DeliveredList> Told() =>
        [.. Driver.CreateOutputTopic("emr.deliveries", Serdes.String, DeliverySerdes.Delivered).ReadRecords().Select(r => r.Value)];

    private TopologyTestDriver Make()
    {
        var builder = new StreamsBuilder();
        DeliveryTopology.Build(builder, _options, _emr);
        return new(builder.Build(), new TopologyTestDriverOptions { StateDirectory = _folder, DeadLetterTopic = "dead" });
    }

    /// <summary>Keeps what it is sent, and answers as it is told.</summary>
    private sealed class Emr : IMessageReceiver
    {
        public List<Hl7Message> Messages { get; } = [];

        public Func<Hl7Message, MessageReceipt> Answer { get; set; } = _ => new("AA", "");

        public ValueTask<MessageReceipt> DeliverAsync(Hl7Message message, CancellationToken cancellation)
        {
            Messages.Add(message);
            return ValueTask.FromResult(Answer(message));
        }
    }
}

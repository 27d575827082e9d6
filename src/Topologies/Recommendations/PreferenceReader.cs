using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>A change for each task, or the bytes of what was refused.</summary>
internal readonly record struct ReadPreference(PreferenceChange Change, byte[]? Refused);

/// <summary>Reads preferences, and has a copy for each task.</summary>
internal sealed class PreferenceReader(int targets) : IProcessor<string, byte[], string, ReadPreference>
{
    private static readonly byte[] NoBytes = [];

    private IProcessorContext<string, ReadPreference> _context = null!;

    public void Init(IProcessorContext<string, ReadPreference> context) => _context = context;

    public void Process(in Record<string, byte[]> record)
    {
        var change = default(PreferenceChange);
        if (Refusal(record, ref change) is { } refusal)
        {
            _context.Forward(record.WithValue(new ReadPreference(default, record.Value ?? NoBytes))
                .WithHeaders(record.Headers.With(RecommendationsTopology.RefusalHeader, Encoding.UTF8.GetBytes(refusal))));
            return;
        }

        for (var target = 0; target < targets; target++)
            _context.Forward(record.WithValue(new ReadPreference(change with { Target = target }, null)).WithHeaders(Headers.Empty));
    }

    private static string? Refusal(in Record<string, byte[]> record, ref PreferenceChange change)
    {
        if (record.Value is null)
            return record.Key == RecommendationsOptions.AnyUser ? "this user's id stands for whoever is unknown" : PreferenceRules.IdFault("user", record.Key);
        try
        {
            var preference = RecommendationSerdes.Preference.Deserialize(record.Value, default);
            change = new(0, preference.Item, preference.Value);
            return preference.Fault(record.Key);
        }
        catch (SerializationException e)
        {
            return e.Message;
        }
    }
}

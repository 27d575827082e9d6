using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Records that cannot be read or processed.</summary>
internal static class ErrorTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Numbers("bad-bytes-skipped", "out").With(o => o with { OnDeserializationError = _ => ErrorVerdict.Continue }),
        Numbers("bad-bytes-dead-letter", "out", "dead").With(o => o with
        {
            OnDeserializationError = _ => ErrorVerdict.DeadLetter,
            DeadLetterTopic = "dead",
        }),
        Dsl(
            "failed-step-dead-letter",
            b => b.Stream<string?, string?>("in")
                .MapValues(v => v is null || v.Length > 4
                    ? throw new InvalidOperationException("cannot take this value")
                    : v + "!")
                .To("out"),
            "out",
            "dead").With(o => o with
            {
                OnProcessingError = _ => ErrorVerdict.DeadLetter,
                DeadLetterTopic = "dead",
            }),
    ];

    private static GoldenTopology Numbers(string name, params string[] outputs) =>
        Dsl(name, b => b.Stream<string?, long?>("in").MapValues(Of).To("out"), outputs);
}

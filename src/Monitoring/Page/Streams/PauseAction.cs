using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary><c>POST /api/topology/pause</c> and <c>/resume</c>: this instance takes no records, or goes on.</summary>
internal sealed class PauseAction(KafkaStreams streams, string topology, bool isPause) : IPageAction
{
    public string Pattern => isPause ? "topology/pause" : "topology/resume";

    public string What => isPause ? "topology.pause" : "topology.resume";

    public string Which(PageRequest request) => topology;

    public ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken)
    {
        if (isPause)
            streams.Pause();
        else
            streams.Resume();
        return new(PageReply.Json(new { streams.IsPaused }));
    }
}

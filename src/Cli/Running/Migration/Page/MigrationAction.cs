using MedStreams.Monitoring.Page;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Running.Migration.Page;

/// <summary><c>POST /api/migration/{run}/VERB</c>.</summary>
internal sealed class MigrationAction(string verb, MigrationRuns runs, Func<MigrationRun, CancellationToken, Task<object>> act) : IPageAction
{
    public string Pattern => "migration/{run}/" + verb;

    public string What => "migration." + verb;

    public string Which(PageRequest request) => request.Text("run");

    public async ValueTask<PageReply> DoAsync(PageRequest request, CancellationToken cancellationToken) =>
        await runs.FindAsync(request.Text("run"), cancellationToken) is { } run
            ? PageReply.Json(await act(run, cancellationToken))
            : PageReply.NotFound("There is no such run.");
}

using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Opens the state of tasks in the folder of one application on this machine, and keeps there the name that this instance
/// goes by. Shared by the threads of the instance.
/// </summary>
internal sealed class StateOpener : IStateOpener
{
    private readonly StateDirectory _directory;
    private readonly ILogger _logger;

    private StateOpener(StateDirectory directory, string? instanceId, ILogger logger)
    {
        _directory = directory;
        _logger = logger;
        InstanceId = instanceId ?? ReadOrMakeId(Path.Combine(directory.Path, "instance-id"));
    }

    /// <summary>Names this instance on the ring, the same after a restart.</summary>
    public string InstanceId { get; }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="StreamsException">Another process has it, or it cannot be written.</exception>
    public static StateOpener Open(StreamsConfig config, ILogger logger)
    {
        var directory = StateDirectory.Open(config.StateDir, config.ApplicationId, new StateSettings(), config.Clock);
        return new StateOpener(directory, config.InstanceId, logger);
    }

    public ITaskState? TryOpen(TaskContext context, IReadOnlyList<StoreDefinition> stores)
    {
        try
        {
            return Open(context, stores);
        }
        catch (StateLockedException)
        {
            return null;
        }
        catch (StateCorruptedException e)
        {
            RuntimeLog.StateDamaged(_logger, context.TaskId, e);
            _directory.Wipe(context.TaskId);
            return Open(context, stores);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static string ReadOrMakeId(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } id)
            return id;
        id = Guid.NewGuid().ToString("N");
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(id));
        stream.Flush(flushToDisk: true);
        return id;
    }

    private TaskState Open(TaskContext context, IReadOnlyList<StoreDefinition> stores)
    {
        var state = TaskState.Open(_directory, context.TaskId, context.ApplicationId, stores, context.ResolveTopic);
        try
        {
            state.OpenStores(context);
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }
}

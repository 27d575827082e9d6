
namespace MedStreams.Streams.Async;

/// <summary>An asynchronous node, whatever its types. Used by the task's thread.</summary>
internal interface ICallNode
{
    string Name { get; }

    /// <summary>True while the task may take another record.</summary>
    bool HasRoom { get; }

    /// <summary>How many records are on their way: waiting, running, or done and not forwarded. May be asked by any thread.</summary>
    int InFlight { get; }

    /// <summary>When the time of the oldest running call is up, as a timestamp of the clock; null where none runs.</summary>
    long? NextDeadline { get; }

    /// <summary>True while a call has been running for much longer than calls usually do.</summary>
    bool HasStraggler { get; }

    /// <summary>When the oldest running call began, as a timestamp of the clock; null where none runs.</summary>
    long? OldestStart { get; }

    /// <summary>
    /// Forwards the results of the calls that have ended, in the context of their records. After an exception the rest is forwarded by the next
    /// call.
    /// </summary>
    /// <exception cref="ExhaustedCallException">A call has failed for good; the task's context stands at its record.</exception>
    void ForwardResults();
}

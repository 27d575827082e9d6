using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <summary>What became of a batch.</summary>
/// <param name="Error">Why it was refused, or <see cref="ErrorCode.None"/>.</param>
/// <param name="BaseOffset">
/// The offset of its first record; for a batch that had come before, the one it got then. -1 when refused.
/// </param>
/// <param name="NextOffset">The offset after its last record, to be waited for; -1 when refused.</param>
/// <param name="AppendTime">The append time that the broker put on it, in epoch milliseconds; -1 where clients' times count.</param>
/// <param name="LogStartOffset">The first offset of the log; -1 when refused before its content was looked at.</param>
/// <param name="Message">What is wrong with the batch, for the producer; null when nothing is or nothing is known.</param>
/// <param name="Incarnation">The log's <see cref="PartitionLog.Incarnation"/> under which it was appended.</param>
internal readonly record struct AppendResult(
    ErrorCode Error, long BaseOffset, long NextOffset, long AppendTime, long LogStartOffset, string? Message = null, int Incarnation = 0)
{
    /// <summary>A refusal.</summary>
    public static AppendResult Refused(ErrorCode error, string? message = null) => new(error, -1, -1, -1, -1, message);
}

using System.Runtime.ExceptionServices;

namespace MedStreams.Broker.Storage;

/// <summary>Does something for many items on threads of its own, since the thread pool adds threads slowly where they wait for the disk.</summary>
internal static class ManyThreads
{
    /// <summary>Runs an action for each item, and returns when all have ended.</summary>
    /// <param name="items">The items; begun in their order.</param>
    /// <param name="atOnce">How many at a time; with 1 all run on the calling thread.</param>
    /// <param name="action">What is done. Once it has thrown, no more items are begun, and the first exception is thrown here.</param>
    public static void ForEach<T>(IReadOnlyList<T> items, int atOnce, Action<T> action)
    {
        var next = -1;
        ExceptionDispatchInfo? failure = null;
        var others = Enumerable.Range(1, Math.Clamp(Math.Min(atOnce, items.Count) - 1, 0, int.MaxValue))
            .Select(_ => new Thread(Run) { IsBackground = true, Name = "broker logs" })
            .ToList();
        others.ForEach(thread => thread.Start());
        Run();
        others.ForEach(thread => thread.Join());
        failure?.Throw();

        void Run()
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Increment(ref next) is var index && index < items.Count)
            {
                try
                {
                    action(items[index]);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                }
            }
        }
    }
}

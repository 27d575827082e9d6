using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Waits for the registry on the thread of whoever reads or writes a value.</summary>
internal static class RegistryWait
{
    /// <summary>What the registry answers; a call that takes longer goes on, and its answer is there the next time.</summary>
    /// <exception cref="RetriableException">It does not answer now.</exception>
    public static T For<T>(Task<T> call, TimeSpan patience)
    {
        try
        {
            return call.WaitAsync(patience).GetAwaiter().GetResult();
        }
        catch (TimeoutException e)
        {
            throw new RetriableException($"The schema registry has not answered within {patience}.", e);
        }
        catch (SchemaRegistryException e) when (e.IsTransient)
        {
            throw new RetriableException(e.Message, e);
        }
    }
}

using System.Data.Common;
using System.Globalization;
using System.Text;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>A query in the making: expressions of the mapping as text, values as parameters only.</summary>
internal sealed class SqlQuery(SqlSourceOptions options)
{
    private readonly List<string> _columns = [];
    private readonly List<string> _conditions = [];
    private readonly List<object> _values = [];

    /// <summary>Selects an expression; answers its place, null where there is no expression.</summary>
    public int? Select(string? expression)
    {
        if (expression is null)
            return null;
        _columns.Add(expression);
        return _columns.Count - 1;
    }

    public void Where(string condition) => _conditions.Add(condition);

    /// <summary>The name of a new parameter with a value.</summary>
    public string Value(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"{options.ParameterPrefix}p{_values.Count - 1}");
    }

    /// <summary>Only rows behind those whose key has these values, in the order of the key.</summary>
    public void After(IReadOnlyList<string> key, IReadOnlyList<object> values)
    {
        var cases = new List<string>();
        for (var i = 0; i < key.Count; i++)
        {
            var equal = key.Take(i).Select((k, at) => $"{k} = {Value(values[at])}");
            cases.Add(string.Join(" and ", equal.Append($"{key[i]} > {Value(values[i])}")));
        }

        Where($"(({string.Join(") or (", cases)}))");
    }

    public DbCommand ToCommand(DbDataSource source, string from, IReadOnlyList<string> order, int? limit = null)
    {
        var text = new StringBuilder("select ");
        var count = limit?.ToString(CultureInfo.InvariantCulture);
        if (count is not null && options.Limit == SqlLimit.Top)
            text.Append("top (").Append(count).Append(") ");
        text.AppendJoin(", ", _columns).Append(" from ").Append(from);
        if (_conditions.Count > 0)
            text.Append(" where ").AppendJoin(" and ", _conditions);
        if (order.Count > 0)
            text.Append(" order by ").AppendJoin(", ", order);
        if (count is not null && options.Limit != SqlLimit.Top)
            text.Append(options.Limit == SqlLimit.Limit ? $" limit {count}" : $" offset 0 rows fetch first {count} rows only");
        var command = source.CreateCommand(text.ToString());
        command.CommandTimeout = (int)Math.Ceiling(options.Timeout.TotalSeconds);
        for (var i = 0; i < _values.Count; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (string.Create(CultureInfo.InvariantCulture, $"p{i}"), _values[i]);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

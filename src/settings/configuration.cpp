// Loads and keeps the configuration.
#include "settings/configuration.hpp"

#include "core/currency.hpp"
#include "errors/internal.hpp"
#include "pg/errors.hpp"
#include "pg/numeric.hpp"
#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "pg/text.hpp"
#include "pg/view_table.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

/// The configuration and the memory that holds it.
struct Loaded {
    Configuration configuration;
    MemoryContext memory;
};

/// How the hash table holds an article: its key is a view, so that equal texts at different addresses are one article.
struct ArticleSlot {
    std::string_view key;
    Article article;
};

constinit Loaded* current = nullptr;
constinit bool is_stale = false;

std::optional<Datum> get_optional(const pg::Table& table, int column)
{
    bool is_null = false;
    const Datum value = pg::get(table, column, &is_null);
    return is_null ? std::nullopt : std::optional(value);
}

std::string_view copy_text(Datum text) { return pg::copy(pg::to_view(text)); }

std::optional<core::Amount> get_amount(const pg::Table& table, int column)
{
    const std::optional<Datum> value = get_optional(table, column);
    return value ? pg::to_amount_in_range(*value) : std::nullopt;
}

/// The tables that the configuration is made of: open all together, so that one snapshot reads them all.
struct SettingTables {
    pg::Table closing; // the gate comes first
    pg::Table customer;
    pg::Table article;
    pg::Table credit_type;
    pg::Table parameter;
};

SettingTables open_setting_tables()
{
    const auto open = [](Oid table) { return pg::open_table(table, AccessShareLock); };
    return {.closing = open(catalog().closing),
            .customer = open(catalog().customer),
            .article = open(catalog().article),
            .credit_type = open(catalog().credit_type),
            .parameter = open(catalog().parameter)};
}

void close_setting_tables(SettingTables& tables)
{
    for (pg::Table* const table : {&tables.parameter, &tables.credit_type, &tables.article, &tables.customer, &tables.closing})
        pg::close_table(*table);
}

core::Worth read_worth(const pg::Table& row, int decimals)
{
    const std::string_view name = pg::to_view(pg::get_not_null(row, credit_type_column::valuation));
    const std::optional<core::Valuation> valuation = core::find_valuation(name);
    if (!valuation)
        errors::unknown_valuation(name);
    return {.valuation = *valuation,
            .unit_value = get_amount(row, credit_type_column::unit_value).value_or(core::zero),
            .step = smallest_coin(decimals)};
}

CreditType read_type(const pg::Table& row)
{
    const std::string_view currency = copy_text(pg::get_not_null(row, credit_type_column::currency));
    const int decimals = currency_decimals(currency);
    return {
        .type_id = DatumGetInt32(pg::get_not_null(row, credit_type_column::type_id)),
        .code = copy_text(pg::get_not_null(row, credit_type_column::code)),
        .currency = currency,
        .active = DatumGetBool(pg::get_not_null(row, credit_type_column::active)),
        .alarm_level = get_amount(row, credit_type_column::alarm_level),
        .worth = read_worth(row, decimals),
        .money_decimals = decimals,
    };
}

void load_types(Configuration& configuration, pg::Table& types, const pg::DatedSnapshot& snapshot)
{
    pg::for_each_row(types, snapshot, [&] { pg::append(configuration.types, read_type(types)); });
}

Article read_article(const Configuration& configuration, const pg::Table& row)
{
    const std::optional<Datum> type = get_optional(row, article_column::type_id);
    const std::optional<Datum> coefficient = get_optional(row, article_column::coefficient);
    const std::optional<Datum> ledger_account = get_optional(row, article_column::ledger_account);
    return {
        .article = copy_text(pg::get_not_null(row, article_column::article)),
        .type = type ? find_type(configuration, DatumGetInt32(*type)) : nullptr,
        .coefficient = coefficient ? pg::to_amount(*coefficient) : core::zero,
        .ledger_account = ledger_account ? copy_text(*ledger_account) : std::string_view(),
        .has_ledger_account = ledger_account.has_value(),
    };
}

void load_articles(Configuration& configuration, pg::Table& articles, const pg::DatedSnapshot& snapshot)
{
    configuration.articles = pg::make_view_table("credits articles", 64, sizeof(ArticleSlot));
    pg::IndexCursor cursor = pg::begin_scan(articles, catalog().article_had_type_idx, {}, snapshot);
    while (pg::next(cursor)) {
        const Article article = read_article(configuration, articles);
        bool is_found = false;
        auto* slot = static_cast<ArticleSlot*>(hash_search(configuration.articles, &article.article, HASH_ENTER, &is_found));
        slot->article = article;
    }
    pg::end_scan(cursor);
}

bool find_contact(pg::Table& customers, const pg::DatedSnapshot& snapshot)
{
    return pg::find(customers, catalog().customer_contact_idx, {}, snapshot);
}

DateADT next_month(DateADT month)
{
    if (DATE_NOT_FINITE(month))
        errors::no_such_month();
    int year = 0;
    int month_of_year = 0;
    int day = 0;
    j2date(month + POSTGRES_EPOCH_JDATE, &year, &month_of_year, &day);
    return month_of_year == 12 ? date2j(year + 1, 1, 1) - POSTGRES_EPOCH_JDATE
                               : date2j(year, month_of_year + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/// Those of one's own, else those that come with the extension.
void load_parameters(Configuration& configuration, pg::Table& parameters, const pg::DatedSnapshot& snapshot)
{
    bool has_own = false;
    pg::for_each_row(parameters, snapshot, [&] {
        if (has_own)
            return;
        has_own = DatumGetBool(pg::get_not_null(parameters, parameter_column::is_own));
        configuration.is_active = DatumGetBool(pg::get_not_null(parameters, parameter_column::active));
        configuration.notifies = DatumGetBool(pg::get_not_null(parameters, parameter_column::notify));
        configuration.keeps_closed_months =
            pg::to_view(pg::get_not_null(parameters, parameter_column::closed_month_policy)) == "reject";
    });
}

void load_rows(Configuration& configuration, SettingTables& tables, const pg::DatedSnapshot& snapshot)
{
    load_types(configuration, tables.credit_type, snapshot);
    load_articles(configuration, tables.article, snapshot);
    load_parameters(configuration, tables.parameter, snapshot);
    configuration.has_contacts = find_contact(tables.customer, snapshot);
    configuration.first_open_day = DATEVAL_NOBEGIN;
    pg::for_each_row(tables.closing, snapshot, [&] {
        const pg::Table& row = tables.closing;
        if (get_optional(row, closing_column::reopened_at))
            return;
        const DateADT month = DatumGetDateADT(pg::get_not_null(row, closing_column::month));
        configuration.first_open_day = std::max(configuration.first_open_day, next_month(month));
    });
}

/// Loads under the latest snapshot, in memory of its own that becomes permanent when it is complete.
Loaded* load()
{
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits configuration", ALLOCSET_SMALL_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    auto* loaded = static_cast<Loaded*>(palloc0(sizeof(Loaded)));
    loaded->memory = memory;
    SettingTables tables = open_setting_tables();
    catalog(); // again: who waited for one of them may find it altered
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) { load_rows(loaded->configuration, tables, snapshot); });
    close_setting_tables(tables);
    MemoryContextSwitchTo(caller);
    MemoryContextSetParent(memory, TopMemoryContext);
    return loaded;
}

void mark_stale(Oid relation, const Catalog& known)
{
    is_stale |= !OidIsValid(relation) || relation == known.article || relation == known.credit_type ||
                relation == known.parameter || relation == known.closing || relation == known.customer;
}

} // namespace

const Configuration& configuration()
{
    while (current == nullptr || is_stale) {
        on_change(mark_stale);
        is_stale = false; // before loading: a change that arrives meanwhile marks it again
        Loaded* const previous = current;
        current = nullptr;
        if (previous != nullptr) // a caller further up may still look at it
            MemoryContextSetParent(previous->memory, TopTransactionContext);
        current = load();
    }
    return current->configuration;
}

const Article* find_article(const Configuration& configuration, std::string_view article)
{
    const auto* slot = static_cast<const ArticleSlot*>(hash_search(configuration.articles, &article, HASH_FIND, nullptr));
    return slot == nullptr ? nullptr : &slot->article;
}

const CreditType* find_type(const Configuration& configuration, int32 type_id)
{
    for (const CreditType& type : pg::span_of(configuration.types))
        if (type.type_id == type_id)
            return &type;
    return nullptr;
}

const CreditType* find_type(const Configuration& configuration, std::string_view code)
{
    for (const CreditType& type : pg::span_of(configuration.types))
        if (type.code == code)
            return &type;
    return nullptr;
}

extern "C" {
PG_FUNCTION_INFO_V1(credits_configuration_changed);
PG_FUNCTION_INFO_V1(credits_money_decimals);
}

/// _money_decimals(currency): strict.
Datum credits_money_decimals(PG_FUNCTION_ARGS) { PG_RETURN_INT32(currency_decimals(pg::to_view(PG_GETARG_DATUM(0)))); }

/// Statement trigger of the configuration tables: tells all backends, at commit, to load them again.
Datum credits_configuration_changed(PG_FUNCTION_ARGS)
{
    const auto* trigger = reinterpret_cast<const TriggerData*>(fcinfo->context);
    if (!CALLED_AS_TRIGGER(fcinfo))
        errors::not_called_as_trigger("_configuration_changed");
    CacheInvalidateRelcache(trigger->tg_relation);
    return PointerGetDatum(nullptr);
}

} // namespace credits

/// Functions that a query may call. A name that is in neither list is asked about: anybody can define one that writes.
enum SQLFunctionTable {
    enum Nature { case pure, denied(String), asked(String) }

    static func nature(of name: [UInt8]) -> Nature? {
        if let words = denied[name] { return .denied(words) }
        if let words = asked[name] { return .asked(words) }
        if let start = families.first(where: { name.starts(with: $0.start.utf8) }) {
            return start.isDenied ? .denied(start.words) : .asked(start.words)
        }
        return pure.contains(name) ? .pure : nil
    }

    private static let denied = named([
        ("runs a command of the operating system", "xp_cmdshell sys_exec sys_eval sys_bineval shell system"),
        ("loads native code", "load_extension xp_create_subdir"),
        (
            "writes a file of the server",
            "lo_export pg_file_write pg_file_unlink pg_file_rename writefile edit xp_delete_file"
        ),
        (
            "reaches into the registry or other objects of the server",
            "sp_oacreate sp_oamethod xp_regwrite xp_regdeletekey"
        ),
    ])

    private static let asked = named([
        (
            "reads a file of the server",
            "load_file pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file lo_import readfile pg_ls_logdir pg_ls_waldir "
                + "pg_current_logfile xp_dirtree xp_fileexist fsdir bfilename openrowset"
        ),
        (
            "runs statements somewhere else",
            "dblink dblink_exec dblink_connect dblink_send_query openquery opendatasource query_to_xml "
                + "query_to_xml_and_xmlschema cursor_to_xml table_to_xml schema_to_xml database_to_xml ts_stat crosstab connectby"
        ),
        ("changes a sequence", "nextval setval next_value"),
        (
            "acts on the server or on other sessions",
            "pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_switch_wal pg_create_restore_point "
                + "pg_promote pg_start_backup pg_stop_backup pg_backup_start pg_backup_stop pg_drop_replication_slot "
                + "pg_create_logical_replication_slot pg_create_physical_replication_slot pg_logical_emit_message "
                + "pg_replication_origin_create pg_stat_reset pg_stat_statements_reset pg_wal_replay_pause kill shutdown"
        ),
        (
            "takes a lock",
            "get_lock release_lock pg_advisory_lock pg_advisory_unlock pg_try_advisory_lock pg_advisory_xact_lock"
        ),
        ("waits", "pg_sleep pg_sleep_for pg_sleep_until sleep benchmark"),
        ("changes a setting", "set_config last_insert_id"),
        ("changes a large object", "lo_create lo_creat lo_put lo_unlink lo_from_bytea lowrite lo_open lo_truncate"),
        ("sends over the network", "pg_notify http_get http_post http_put http_delete http http_head net_http_get"),
    ])

    private static let families: [(start: String, words: String, isDenied: Bool)] = [
        ("xp_", "runs an extended procedure of the server", true), ("sp_", "runs a procedure", false),
        ("lo_", "uses large objects", false), ("dblink", "runs statements somewhere else", false),
        ("http_", "sends over the network", false), ("utl_", "reaches files or the network", false),
        ("dbms_", "acts on the server", false),
    ]

    private static let pure: Set<[UInt8]> = Set(
        """
        count sum avg min max total group_concat string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg
        bool_and bool_or every stddev stddev_pop stddev_samp variance var_pop var_samp corr percentile_cont
        percentile_disc mode median approx_count_distinct listagg xmlagg bit_and bit_or bit_xor any_value grouping
        row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
        coalesce nullif ifnull isnull nvl nvl2 iif if greatest least decode choose case
        abs ceil ceiling floor round trunc truncate sign mod power pow sqrt cbrt exp ln log log2 log10 pi sin cos tan
        asin acos atan atan2 degrees radians random rand width_bucket div gcd lcm
        lower upper initcap length len char_length character_length octet_length bit_length substr substring left right
        trim ltrim rtrim btrim lpad rpad repeat replicate reverse replace translate position strpos instr locate charindex
        patindex concat concat_ws split_part string_to_array array_to_string regexp_replace regexp_match regexp_matches
        regexp_split_to_array regexp_split_to_table regexp_like regexp_substr regexp_count regexp_instr format
        quote_ident quote_literal quote_nullable ascii chr char unicode nchar space stuff soundex difference overlay
        md5 sha1 sha2 sha224 sha256 sha384 sha512 crc32 hex unhex encode to_hex to_base64 from_base64 hashbytes checksum
        like glob ilike similarity levenshtein starts_with string_split
        now current_timestamp current_date current_time localtime localtimestamp sysdate getdate getutcdate sysdatetime
        utc_timestamp utc_date curdate curtime unix_timestamp from_unixtime clock_timestamp transaction_timestamp
        statement_timestamp date time datetime timestamp julianday strftime unixepoch date_trunc date_part date_format
        date_add date_sub dateadd datediff datepart datename date_bin adddate subdate timestampdiff timestampadd extract
        year month day hour minute second week quarter dayofweek dayofyear weekday monthname dayname last_day eomonth
        age make_date make_time make_timestamp make_interval justify_days to_char to_date to_timestamp to_number
        str_to_date timezone interval isdate
        cast convert try_cast try_convert safe_cast typeof pg_typeof coercibility
        array unnest cardinality array_length array_position array_remove array_append array_cat generate_series
        generate_subscripts row any all some exists in values table lateral jsonb json
        json_extract json_value json_query json_object json_array json_build_object json_build_array jsonb_build_object
        jsonb_build_array json_each jsonb_each json_each_text jsonb_each_text json_array_length jsonb_array_length
        json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_typeof
        jsonb_typeof json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text json_tree
        json_type json_valid json_keys json_contains json_length json_unquote json_quote to_json to_jsonb row_to_json
        jsonb_set jsonb_strip_nulls jsonb_pretty jsonb_path_query jsonb_path_exists openjson isjson json_table
        to_tsvector to_tsquery plainto_tsquery websearch_to_tsquery phraseto_tsquery ts_rank ts_headline match bm25
        highlight snippet
        version current_user session_user user system_user current_role current_schema current_schemas current_database
        database schema db_name user_name suser_name object_id object_name schema_name connection_id
        pg_size_pretty pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_database_size
        pg_get_viewdef pg_get_indexdef pg_get_constraintdef pg_get_functiondef pg_get_expr obj_description
        col_description format_type has_table_privilege has_schema_privilege to_regclass txid_current_snapshot
        pg_is_in_recovery pg_backend_pid pg_postmaster_start_time current_setting inet_client_addr
        found_rows row_count changes total_changes last_insert_rowid sqlite_version scope_identity
        st_distance st_within st_contains st_intersects st_x st_y st_astext st_asgeojson st_point st_makepoint st_dwithin
        varchar char nvarchar nchar numeric decimal number float double real int integer bigint smallint tinyint bit
        binary varbinary timestamptz text bool boolean uuid bytea signed unsigned
        and or not on as from select where having by when then else using over filter group within partition order union
        except intersect join limit offset fetch top distinct between is with recursive materialized set returning
        """.utf8.split { $0 == 0x20 || $0 == 0x0A }.map(Array.init))

    private static func named(_ table: [(words: String, names: String)]) -> [[UInt8]: String] {
        var result: [[UInt8]: String] = [:]
        for row in table { for name in row.names.utf8.split(separator: 0x20) { result[Array(name)] = row.words } }
        return result
    }
}

-- A webhook keeps every secret whose time is not over, not only the one before.
UPDATE webhooks SET about = json_set(json_remove(about, '$.old_secret'), '$.old_secrets', CASE json_type(about, '$.old_secret') WHEN 'array' THEN json_array(json_extract(about, '$.old_secret')) ELSE json_array() END);

-- A webhook keeps every secret whose time is not over, not only the one before.
UPDATE webhooks SET about = (about::jsonb - 'old_secret' || jsonb_build_object('old_secrets', CASE jsonb_typeof(about::jsonb -> 'old_secret') WHEN 'array' THEN jsonb_build_array(about::jsonb -> 'old_secret') ELSE '[]'::jsonb END))::json;

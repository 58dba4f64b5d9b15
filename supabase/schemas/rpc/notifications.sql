-- What a person chose to be written about, and choosing it.

create function public.get_my_notifications()
returns table (
  site_domain text,
  name text,
  timezone text,
  digest_since timestamptz,
  alerts_since timestamptz,
  next_digest_at timestamptz
)
language sql
stable
set search_path = ''
as $$
  select
    domain.site_domain,
    domain.name,
    domain.timezone,
    choice.digest_since,
    choice.alerts_since,
    case
      when choice.digest_since is not null then
        case
          when statement_timestamp() < private.digest_due_at(week.monday, domain.timezone)
            then private.digest_due_at(week.monday, domain.timezone)
          else private.digest_due_at(week.monday + 7, domain.timezone)
        end
    end
  from public.domains as domain
  cross join lateral (
    select date_trunc('week', statement_timestamp() at time zone domain.timezone)::date as monday
  ) as week
  cross join private.my_id() as me (id)
  left join public.notification_choices as choice
    on choice.site_domain = domain.site_domain and choice.user_id = me.id
  where domain.archived_at is null
  order by domain.site_domain
$$;

comment on function public.get_my_notifications() is
  'Every website the caller sees, since when they want its weekly digest and its alerts (null: not), and when the next digest comes: Mondays at 8:00 of its timezone.';

create function public.save_notification_choice(
  p_site_domain text,
  p_digest boolean default null,
  p_alerts boolean default null
)
returns void
language sql
set search_path = ''
as $$ select private.write_notification_choice(p_site_domain, p_digest, p_alerts) $$;

comment on function public.save_notification_choice(text, boolean, boolean) is
  'Turns the caller''s weekly digest and alerts of a website on or off; what is left out or null stays as it is. PT404: not one of the caller''s websites.';

revoke execute on function
  public.get_my_notifications(),
  public.save_notification_choice(text, boolean, boolean)
from public, anon;
grant execute on function
  public.get_my_notifications(),
  public.save_notification_choice(text, boolean, boolean)
to authenticated, service_role;

-- While staff view the product as somebody else, they see that person's choices and e-mails.

alter policy notification_choices_select on public.notification_choices
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );

alter policy notification_mails_select on public.notification_mails
  using (
    site_domain = any (array(select private.my_domains()))
    and (user_id = (select private.my_id()) or (select private.is_admin()))
  );

create or replace function public.get_my_notifications()
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

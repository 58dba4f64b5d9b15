-- Choosing e-mails, and sending each of them once.

create function private.write_notification_choice(p_site_domain text, p_digest boolean, p_alerts boolean)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if auth.uid() is null or not p_site_domain = any (array(select private.my_domains())) then
    raise exception 'There is no website % for you', p_site_domain using errcode = 'PT404';
  end if;
  insert into public.notification_choices as kept (user_id, site_domain, digest_since, alerts_since)
  values (
    auth.uid(),
    p_site_domain,
    case when p_digest then statement_timestamp() end,
    case when p_alerts then statement_timestamp() end
  )
  on conflict (user_id, site_domain) do update
  set
    digest_since = case
      when p_digest is null then kept.digest_since
      when p_digest then coalesce(kept.digest_since, excluded.digest_since)
    end,
    alerts_since = case
      when p_alerts is null then kept.alerts_since
      when p_alerts then coalesce(kept.alerts_since, excluded.alerts_since)
    end;
end
$$;

comment on function private.write_notification_choice(text, boolean, boolean) is
  'Sets which e-mails the caller wants about a website; null leaves a choice as it is. PT404: not one of the caller''s.';

create function private.unsubscribe(p_user_id uuid, p_site_domain text, p_kind text)
returns boolean
language sql
security definer
set search_path = ''
as $$
  with changed as (
    update public.notification_choices
    set
      digest_since = case when p_kind = 'digest' then null else digest_since end,
      alerts_since = case when p_kind = 'alerts' then null else alerts_since end
    where user_id = p_user_id and site_domain = p_site_domain
    returning 1
  )
  select exists (select 1 from changed)
$$;

comment on function private.unsubscribe(uuid, text, text) is
  'Ends a person''s digest or alerts of a website, by the link of an e-mail; whether there was a choice at all.';

create function private.may_get_mail(p_user_id uuid, p_site_domain text)
returns boolean
language sql
stable
security definer
set search_path = ''
as $$
  select exists (
    select 1
    from public.profiles as profile
    join public.domains as domain on domain.site_domain = p_site_domain and domain.archived_at is null
    where profile.id = p_user_id
      and profile.disabled_at is null
      and profile.email <> ''
      and (
        profile.role = 'admin'
        or exists (
          select 1
          from public.user_domains as membership
          where membership.user_id = p_user_id and membership.site_domain = p_site_domain
        )
      )
  )
$$;

comment on function private.may_get_mail(uuid, text) is
  'Whether a person still sees a website: enabled, and it is theirs and not archived.';

create function private.digest_due_at(p_monday date, p_timezone text)
returns timestamptz
language sql
stable
set search_path = ''
as $$ select (p_monday + time '08:00') at time zone p_timezone $$;

comment on function private.digest_due_at(date, text) is 'Monday at 8:00 of a timezone.';

create function private.queue_digests(p_now timestamptz)
returns integer
language sql
security definer
set search_path = ''
as $$
  with queued as (
    insert into public.notification_mails (site_domain, user_id, kind, occasion, queued_at, next_at, give_up_at)
    select
      choice.site_domain, choice.user_id, 'digest', (week.monday - 7)::text, p_now, p_now,
      week.due_at + interval '48 hours'
    from public.notification_choices as choice
    join public.domains as domain on domain.site_domain = choice.site_domain
    cross join lateral (
      select
        date_trunc('week', p_now at time zone domain.timezone)::date as monday,
        private.digest_due_at(date_trunc('week', p_now at time zone domain.timezone)::date, domain.timezone) as due_at
    ) as week
    where choice.digest_since <= week.due_at
      and p_now >= week.due_at
      -- A server that was away catches up until Wednesday morning; later, the week is old news.
      and p_now < week.due_at + interval '48 hours'
      and private.may_get_mail(choice.user_id, choice.site_domain)
    on conflict (site_domain, user_id, kind, occasion) do nothing
    returning 1
  )
  select count(*)::integer from queued
$$;

comment on function private.queue_digests(timestamptz) is
  'Makes the row of each digest that is due: from Monday 8:00 of the website''s timezone, once a week and person; gives how many.';

create function private.take_mail(p_now timestamptz)
returns table (
  site_domain text,
  user_id uuid,
  kind text,
  occasion text,
  attempts integer,
  taken_at timestamptz,
  email text
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  -- A worker that died while it wrote had sent nothing; one that died while it handed over may have.
  update public.notification_mails
  set status = 'waiting'
  where status = 'preparing' and taken_at < p_now - interval '10 minutes';
  update public.notification_mails
  set status = 'unclear', problem = 'The server stopped while it handed the e-mail over.'
  where status = 'sending' and taken_at < p_now - interval '15 minutes';
  update public.notification_mails as mail
  set
    status = case when mail.give_up_at <= p_now then 'failed' else 'skipped' end,
    problem = case
      when mail.give_up_at > p_now then 'No longer wanted, or no longer yours to see.'
      else coalesce(mail.problem, 'It could not be sent in time.')
    end
  where mail.status = 'waiting'
    and (
      mail.give_up_at <= p_now
      or not private.may_get_mail(mail.user_id, mail.site_domain)
      or not exists (
        select 1
        from public.notification_choices as choice
        where choice.user_id = mail.user_id
          and choice.site_domain = mail.site_domain
          and case mail.kind when 'digest' then choice.digest_since else choice.alerts_since end is not null
      )
    );
  return query
    with next as (
      select mail.site_domain, mail.user_id, mail.kind, mail.occasion
      from public.notification_mails as mail
      where mail.status = 'waiting' and mail.next_at <= p_now
      order by mail.next_at, mail.queued_at
      limit 1
      for update skip locked
    )
    update public.notification_mails as mail
    set status = 'preparing', attempts = mail.attempts + 1, taken_at = p_now
    from next, public.profiles as profile
    where mail.site_domain = next.site_domain
      and mail.user_id = next.user_id
      and mail.kind = next.kind
      and mail.occasion = next.occasion
      and profile.id = mail.user_id
    returning mail.site_domain, mail.user_id, mail.kind, mail.occasion, mail.attempts, mail.taken_at, profile.email;
end
$$;

comment on function private.take_mail(timestamptz) is
  'The next e-mail to write, taken so that nobody else writes it, with its address; no row when there is none. Puts aside what is no longer wanted, too late, or of workers that died.';

create function private.move_mail(
  p_site_domain text,
  p_user_id uuid,
  p_kind text,
  p_occasion text,
  p_taken_at timestamptz,
  p_status text,
  p_problem text default null,
  p_next_at timestamptz default null
)
returns boolean
language sql
security definer
set search_path = ''
as $$
  with moved as (
    update public.notification_mails
    set
      status = p_status,
      problem = p_problem,
      next_at = coalesce(p_next_at, next_at),
      sent_at = case when p_status = 'sent' then statement_timestamp() end
    where site_domain = p_site_domain
      and user_id = p_user_id
      and kind = p_kind
      and occasion = p_occasion
      and taken_at = p_taken_at
      and status = case when p_status = 'sending' then 'preparing' else status end
      and status in ('preparing', 'sending')
    returning 1
  )
  select exists (select 1 from moved)
$$;

comment on function private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz) is
  'Says how far a taken e-mail is; false when it is no longer the one that was taken.';

revoke execute on function
  private.write_notification_choice(text, boolean, boolean),
  private.unsubscribe(uuid, text, text),
  private.may_get_mail(uuid, text),
  private.digest_due_at(date, text),
  private.queue_digests(timestamptz),
  private.take_mail(timestamptz),
  private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz)
from public, anon, authenticated;
grant execute on function
  private.unsubscribe(uuid, text, text),
  private.may_get_mail(uuid, text),
  private.queue_digests(timestamptz),
  private.take_mail(timestamptz),
  private.move_mail(text, uuid, text, text, timestamptz, text, text, timestamptz)
to service_role;
grant execute on function
  private.write_notification_choice(text, boolean, boolean),
  private.digest_due_at(date, text)
to authenticated, service_role;

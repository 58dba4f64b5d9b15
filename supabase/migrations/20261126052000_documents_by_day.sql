-- Words that most conversations hold are looked for in the days asked for, not among all that hold them.
create index conversation_documents_day_idx on private.conversation_documents (site_domain, day) where counts;

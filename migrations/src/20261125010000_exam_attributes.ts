import type { Knex } from 'knex'

/** Types of devices a hospital adds to the basic ones, when something last came from a device, and codes in place of free words for level and type of hospitals. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table device_type (
      organisation_id bigint not null references organisation,
      code            text collate "C" not null check (code ~ '^[A-Z0-9_ ]{1,16}$'),
      name            text not null,
      modalities      text[] not null check (cardinality(modalities) between 1 and 20),
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      primary key (organisation_id, code)
    );
    create unique index device_type_by_name on device_type (organisation_id, lower(name));

    -- Types that devices have already become the hospital's own.
    insert into device_type (organisation_id, code, name, modalities)
    select distinct organisation_id, type, type, array[type] from device where deleted_at is null and type not in ('MR', 'CT', 'DR', 'DX', 'US');

    alter table device
      add column last_seen_at timestamptz,
      -- Since when the device is known by its station name: what came before is not counted as its own.
      add column station_since timestamptz not null default now();

    -- How far the feed of changes has been read for arrivals of devices.
    create table device_arrivals (
      organisation_id  bigint not null primary key references organisation,
      through_position bigint not null
    );
    insert into device_arrivals (organisation_id, through_position)
    select distinct device.organisation_id, coalesce(latest, 0) from device left join change_feed using (organisation_id) where deleted_at is null and station_name is not null;

    update hospital_settings set level = code from (values
      ('三级特等', 'CN-3S'), ('三级甲等', 'CN-3A'), ('三甲', 'CN-3A'), ('3A', 'CN-3A'), ('三级乙等', 'CN-3B'), ('三乙', 'CN-3B'), ('3B', 'CN-3B'), ('三级丙等', 'CN-3C'), ('3C', 'CN-3C'), ('三级', 'CN-3'),
      ('二级甲等', 'CN-2A'), ('二甲', 'CN-2A'), ('2A', 'CN-2A'), ('二级乙等', 'CN-2B'), ('二乙', 'CN-2B'), ('2B', 'CN-2B'), ('二级丙等', 'CN-2C'), ('2C', 'CN-2C'), ('二级', 'CN-2'),
      ('一级甲等', 'CN-1A'), ('1A', 'CN-1A'), ('一级乙等', 'CN-1B'), ('1B', 'CN-1B'), ('一级丙等', 'CN-1C'), ('1C', 'CN-1C'), ('一级', 'CN-1'), ('未定级', 'CN-0')
    ) as known (words, code) where trim(level) = words;
    update hospital_settings set type = code from (values
      ('综合医院', 'general'), ('综合', 'general'), ('General hospital', 'general'), ('General', 'general'), ('中医医院', 'chinese-medicine'), ('中医院', 'chinese-medicine'), ('中西医结合医院', 'integrated-medicine'), ('民族医医院', 'ethnic-medicine'),
      ('专科医院', 'specialised'), ('专科', 'specialised'), ('妇幼保健院', 'maternal-and-child'), ('康复医院', 'rehabilitation'), ('护理院', 'nursing'), ('社区卫生服务中心', 'community-health'), ('乡镇卫生院', 'township-health'), ('卫生院', 'township-health'),
      ('诊所', 'clinic'), ('门诊部', 'clinic'), ('医学影像诊断中心', 'imaging-centre'), ('影像中心', 'imaging-centre'), ('健康体检中心', 'check-up-centre'), ('体检中心', 'check-up-centre')
    ) as known (words, code) where trim(type) = words;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}

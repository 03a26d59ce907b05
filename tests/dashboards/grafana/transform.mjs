// Runs Grafana's published transformations on panels and answers of Prometheus: JSON in on stdin, JSON out on stdout.
//
// In: {answers: "empty-frames" | "no-frames", panels: [{key, transformations, queries: [{refId, format, result}]}]}.
// Out: {key: {skipped: [ids], frames: [[{name, title, type, unit, values}]]}}.
//
// Frames are made as the Prometheus data source makes them (its result_transformer): a frame per series with the labels
// on the value, or one frame per query with a column per label. A query without an answer gives an empty frame today
// and none at all in 9.3, which also changes how the other queries' values are called.
import {
  FieldType,
  getFieldDisplayName,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import * as grafana from '@grafana/data';
import { lastValueFrom } from 'rxjs';

const old = process.env.GRAFANA_MAJOR === '9';
const values = (list) => (old ? new grafana.ArrayVector(list) : list);
const plain = (field) => Array.from(field.values.toArray ? field.values.toArray() : field.values);

const transformers = [...new Map(Object.values(standardTransformers).map((one) => [one.id, one])).values()];
standardTransformersRegistry.setInit(() =>
  transformers.map((one) => ({
    id: one.id,
    name: one.name,
    transformation: old ? one : () => Promise.resolve(one),
    editor: () => null,
  }))
);

function seriesFrames(query) {
  return query.result.map(({ metric, value }) => ({
    refId: query.refId,
    length: 1,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: values([value[0] * 1000]) },
      {
        name: 'Value',
        type: FieldType.number,
        config: { displayNameFromDS: JSON.stringify(metric) },
        labels: metric,
        values: values([Number(value[1])]),
      },
    ],
  }));
}

function tableFrame(query, valueName) {
  const labels = [...new Set(query.result.flatMap(({ metric }) => Object.keys(metric).sort()))];
  return {
    refId: query.refId,
    length: query.result.length,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: values(query.result.map(({ value }) => value[0] * 1000)) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        config: { filterable: true },
        values: values(query.result.map(({ metric }) => metric[label] ?? '')),
      })),
      {
        name: valueName,
        type: FieldType.number,
        config: {},
        values: values(query.result.map(({ value }) => Number(value[1]))),
      },
    ],
  };
}

function framesOf(queries, answers) {
  const there = answers === 'empty-frames' ? queries : queries.filter(({ result }) => result.length > 0);
  const tables = there.filter(({ format }) => format === 'table');
  const lists = there.filter(({ format }) => format !== 'table');
  return [
    ...lists.flatMap((query) =>
      query.result.length > 0 ? seriesFrames(query) : [{ refId: query.refId, length: 0, fields: [] }]
    ),
    ...tables.map((query) => tableFrame(query, tables.length > 1 ? `Value #${query.refId}` : 'Value')),
  ];
}

let input = '';
for await (const chunk of process.stdin) {
  input += chunk;
}
const { answers, panels } = JSON.parse(input);
const known = new Set(transformers.map(({ id }) => id));
const out = {};
for (const { key, transformations, queries } of panels) {
  const skipped = transformations.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  const configRefs = skipped.includes('configFromData') ? ['config'] : [];
  const frames = framesOf(queries, answers).filter(({ refId }) => !configRefs.includes(refId));
  const usable = transformations.filter(({ id }) => known.has(id));
  const made = usable.length
    ? await lastValueFrom(transformDataFrame(usable, frames, { interpolate: (text) => text }))
    : frames;
  out[key] = {
    skipped,
    frames: made.map((frame) =>
      frame.fields.map((field) => ({
        name: field.name,
        title: getFieldDisplayName(field, frame, made),
        type: field.type,
        unit: field.config.unit ?? null,
        values: plain(field).map((value) => value ?? null),
      }))
    ),
  };
}
process.stdout.write(JSON.stringify(out));

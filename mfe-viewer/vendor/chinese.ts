/**
 * Chinese words that the release lacks, by its own namespaces and English words: what it says of a series at its small picture, its lists of segmentations, structures
 * and measurements, and what stands beside images. Without them i18next shows the English ones.
 */
export const chinese = {
  Messages: {
    'Display Set Messages': '序列提示',
    '1': '序列中没有有效的图像。',
    '2': '图像缺少位置信息。',
    '3': '该序列不能重建为三维容积，无法进行多平面重建。',
    '4': '多帧图像缺少像素尺寸信息。',
    '5': '多帧图像缺少方向信息。',
    '6': '多帧图像缺少位置信息。',
    '7': '该序列缺少部分层面。',
    '8': '该序列的层间距不均匀。',
    '9': '各帧图像的尺寸不一致。',
    '10': '各帧图像的像素分量数不一致。',
    '11': '各帧图像的方向不一致。',
    '12': '图像的位置信息不一致。',
    '13': '不支持显示该对象。',
    '14': '不支持此类 DICOM 对象（SOP Class UID）。',
    '15': '该对象缺少 SOP Class UID，请检查文件。',
  },
  SegmentationPanel: {
    'Active': '当前', 'Add new segmentation': '新建分割', 'Add segment': '添加区域', 'Add segmentation': '添加分割', 'Contour': '轮廓', 'Contour tools': '轮廓工具', 'Contour Segmentations': '轮廓分割',
    'Delete': '删除', 'Display inactive segmentations': '显示非当前分割', 'Add Segment': '添加区域', 'Download DICOM RTSS': '下载 DICOM RTSS', 'Export DICOM SEG': '导出 DICOM SEG', 'Download DICOM SEG': '下载 DICOM SEG',
    'Download DICOM RTSTRUCT': '下载 DICOM RTSTRUCT', 'Fill': '填充', 'Inactive segmentations': '非当前分割', 'Labelmap': '标签图', 'Labelmap tools': '标签图工具', 'Labelmap Segmentations': '标签图分割',
    'Opacity': '不透明度', 'Border': '边框', 'Show': '显示', 'Fill & Outline': '填充和轮廓', 'Outline Only': '仅轮廓', 'Fill Only': '仅填充', 'Outline': '轮廓线', 'Rename': '重命名', 'Segmentation': '分割', 'Segmentations': '分割',
    'Segmentation not supported': '不支持该分割', 'Size': '大小', 'Preview edits before creating': '创建前预览', 'Use center as segment index': '以中心点所在区域为准', 'Hover on segment border to activate': '悬停于区域边缘时激活',
    'Show segment name on hover': '悬停时显示区域名称', 'Create New Segmentation': '新建分割', 'Manage Current Segmentation': '管理当前分割', 'Remove from Viewport': '从窗格移除', 'Download & Export': '下载与导出',
    'Download': '下载', 'Export': '导出', 'CSV Report': 'CSV 报告', 'DICOM SEG': 'DICOM SEG', 'DICOM RTSS': 'DICOM RTSS', 'Fill contour holes': '填充轮廓孔洞', 'Fill Holes': '填充孔洞', 'Remove Small Contours': '移除小轮廓',
    'Area Threshold': '面积阈值', 'Create New Segment from Holes': '由孔洞新建区域', 'Create New Segment': '新建区域', 'Smooth all edges': '平滑全部边缘', 'Smooth Edges': '平滑边缘', 'Remove extra points': '移除多余点', 'Remove Points': '移除点',
    'Merge': '合并', 'Intersect': '取交集', 'Subtract': '相减', 'Select a segment': '选择区域', 'Select a segmentation': '选择分割', 'Create a new segment': '新建区域', 'New segment name': '新区域名称',
    'No segmentations available': '没有可用的分割', 'Not available on the current viewport': '当前窗格不可用', 'Add segment to enable this tool': '添加区域后可用', 'Segment Bidirectional': '区域双向径线',
    'Draw a segment before using bidirectional measurement': '测量双向径线前请先勾画区域', 'No description': '无描述',
  },
  MeasurementTable: {
    'No, do not ask again': '否，不再询问', 'Rename': '重命名', 'Duplicate': '复制', 'Change Color': '更改颜色', 'Lock': '锁定', 'Unlock': '解锁', 'Hide': '隐藏', 'Show': '显示', 'Create SR': '创建结构化报告', 'empty': '（空）',
    'You have existing tracked measurements. What would you like to do with your existing tracked measurements?': '已有跟踪的测量，如何处理？',
    'Measurements cannot span across multiple studies. Do you want to save your tracked measurements?': '测量不能跨多个检查。是否保存已跟踪的测量？',
    'Do you want to continue tracking measurements for this study?': '是否继续跟踪该检查的测量？', 'Do you want to open this Segmentation?': '是否打开该分割？',
    'There are unsaved measurements. Do you want to save it?': '有未保存的测量。是否保存？',
  },
  Common: { 'Foreground': '前景', 'SELECT A FOREGROUND': '选择前景', 'SELECT A SEGMENTATION': '选择分割' },
  Buttons: { 'No segmentations available': '没有可用的分割', 'Not available on the current viewport': '当前窗格不可用', 'Tool not available for this modality': '该检查类型不能使用此工具' },
  WindowLevelActionMenu: { 'Rendering Presets': '渲染预设', 'Search all': '搜索全部', 'Quality': '质量', 'Lighting': '光照', 'Shade': '阴影', 'Ambient': '环境光', 'Diffuse': '漫反射', 'Specular': '镜面反射', 'Shift': '偏移' },
  CaptureViewportModal: {
    'Copy to Clipboard': '复制图像', 'Image size in pixels': '图像大小（像素）', 'Width': '宽度', 'Height': '高度', 'Save Image': '保存图像', 'Image copied to clipboard': '图像已复制到剪贴板', 'Failed to copy image to clipboard': '图像复制失败',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

type Words = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Chinese as the release has it, and the words it lacks. Written into the release as text: it may use nothing from outside. */
export const withWords = ({ zh }: { readonly zh: Words }, lacking: Words): { readonly zh: Words } =>
  ({ zh: { ...zh, ...Object.fromEntries(Object.entries(lacking).map(([namespace, words]) => [namespace, { ...zh[namespace], ...words }])) } })
